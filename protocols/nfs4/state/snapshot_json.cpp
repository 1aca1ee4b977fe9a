#include "protocols/nfs4/state/snapshot_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "protocols/nfs4/state/snapshot.h"

namespace dfs::nfs4 {
namespace {

using nlohmann::ordered_json;

// Opaque bytes as text that JSON can carry.
std::string hex(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes) out += fmt::format("{:02x}", c);
  return out;
}

std::vector<std::string> hex(const std::vector<std::string>& list) {
  std::vector<std::string> out;
  for (const std::string& bytes : list) out.push_back(hex(bytes));
  return out;
}

// Each of the parts as an object with its members' names; in a class, so that a part finds its parts'
// functions.
struct Json {
  template <class T>
  static ordered_json all(const std::vector<T>& list) {
    ordered_json out = ordered_json::array();
    for (const T& x : list) out.push_back(of(x));
    return out;
  }

  static ordered_json of(const snapshot::Slot& s) {
    return ordered_json{
        {"sequence", s.sequence}, {"busy", s.busy}, {"cached", s.cached}, {"reply_bytes", s.reply_bytes}};
  }
  static ordered_json of(const snapshot::Connection& c) {
    return ordered_json{{"id", c.id}, {"fore", c.fore}, {"back", c.back}};
  }
  static ordered_json of(const snapshot::Range& r) {
    return ordered_json{{"first", r.first}, {"last", r.last}, {"exclusive", r.exclusive}};
  }
  static ordered_json of(const snapshot::Owner& o) {
    return ordered_json{{"name", hex(o.name)},
                        {"seqid", o.known ? ordered_json(o.seqid) : ordered_json(nullptr)},
                        {"confirmed", o.confirmed},
                        {"opens", o.opens},
                        {"locks", o.locks}};
  }

  static ordered_json of(const snapshot::Session& s) {
    return ordered_json{{"id", hex(s.id)},
                        {"callback_program", s.callback_program},
                        {"max_request", s.max_request},
                        {"max_response", s.max_response},
                        {"max_response_cached", s.max_response_cached},
                        {"max_operations", s.max_operations},
                        {"slots", all(s.slots)},
                        {"connections", all(s.connections)},
                        {"persistent", s.persistent}};
  }
  static ordered_json of(const snapshot::SavedReply& r) {
    return ordered_json{{"slot", r.slot}, {"sequence", r.sequence}, {"results", r.results}, {"kept", r.kept}};
  }
  static ordered_json of(const snapshot::DeadSession& s) {
    return ordered_json{
        {"id", hex(s.id)}, {"owner", hex(s.owner)}, {"left", s.left}, {"replies", all(s.replies)}};
  }
  static ordered_json of(const snapshot::Open& o) {
    return ordered_json{{"owner", hex(o.owner)},
                        {"other", hex(o.other)},
                        {"seqid", o.seqid},
                        {"file_id", o.file_id},
                        {"file_system", hex(o.file_system)},
                        {"access", o.access},
                        {"deny", o.deny},
                        {"locks", o.locks}};
  }
  static ordered_json of(const snapshot::Lock& l) {
    return ordered_json{{"owner", hex(l.owner)},
                        {"other", hex(l.other)},
                        {"seqid", l.seqid},
                        {"file_id", l.file_id},
                        {"file_system", hex(l.file_system)},
                        {"ranges", all(l.ranges)}};
  }
  static ordered_json of(const snapshot::Delegation& d) {
    return ordered_json{{"other", hex(d.other)},  {"seqid", d.seqid},
                        {"file_id", d.file_id},   {"file_system", hex(d.file_system)},
                        {"type", d.type},         {"write", d.write},
                        {"recalled", d.recalled}, {"notifications", d.notifications},
                        {"previous", d.previous}, {"times", d.times}};
  }
  static ordered_json of(const snapshot::Want& w) {
    return ordered_json{{"file_id", w.file_id}, {"write", w.write}, {"push", w.push}};
  }
  static ordered_json of(const snapshot::Client& c) {
    return ordered_json{{"id", c.id},
                        {"minor", c.minor},
                        {"owner", hex(c.owner)},
                        {"implementation", c.implementation},
                        {"confirmed", c.confirmed},
                        {"reclaim_complete", c.reclaim_complete},
                        {"may_reclaim", c.may_reclaim},
                        {"recorded", c.recorded},
                        {"courtesy", c.courtesy},
                        {"revoked", hex(c.revoked)},
                        {"lease_left", c.lease_left},
                        {"sessions", all(c.sessions)},
                        {"open_owners", all(c.open_owners)},
                        {"lock_owners", all(c.lock_owners)},
                        {"opens", all(c.opens)},
                        {"locks", all(c.locks)},
                        {"delegations", all(c.delegations)},
                        {"wants", all(c.wants)},
                        {"callback_path", c.callback_path}};
  }
  static ordered_json of(const snapshot::Reclaimer& r) {
    return ordered_json{{"minor", r.minor},
                        {"owner", hex(r.owner)},
                        {"verifier", hex(r.verifier)},
                        {"client", r.client != 0 ? ordered_json(r.client) : ordered_json(nullptr)},
                        {"complete", r.complete}};
  }
  static ordered_json of(const snapshot::Grace& g) {
    return ordered_json{{"active", g.active}, {"left", g.left}};
  }
  static ordered_json of(const snapshot::File& f) {
    return ordered_json{{"file_id", f.file_id}, {"file_system", hex(f.file_system)},
                        {"shares", f.shares},   {"ranges", f.ranges},
                        {"grants", f.grants},   {"changes", f.changes}};
  }
  static ordered_json of(const snapshot::DelegationCount& n) {
    return ordered_json{{"outstanding", n.outstanding},
                        {"granted", n.granted},
                        {"recalled", n.recalled},
                        {"returned", n.returned},
                        {"revoked", n.revoked}};
  }
  static ordered_json of(const snapshot::Notifications& n) {
    return ordered_json{{"directories", n.directories}, {"changes", n.changes}, {"unsent", n.unsent}};
  }
};

}  // namespace

ordered_json to_json(const Snapshot& s) {
  ordered_json counts = ordered_json::object();
  for (const snapshot::DelegationCount& n : s.delegations) counts[n.type] = Json::of(n);
  return {{"clients", Json::all(s.clients)},
          {"files", Json::all(s.files)},
          {"roster", Json::all(s.roster)},
          {"grace", Json::of(s.grace)},
          {"delegations", counts},
          {"notifications", Json::of(s.notifications)},
          {"dead_sessions", Json::all(s.dead_sessions)},
          {"stateids", s.stateids},
          {"sessions", s.sessions}};
}

}  // namespace dfs::nfs4
