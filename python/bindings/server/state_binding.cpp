#include <fmt/format.h>

#include "protocols/nfs4/state/snapshot.h"
#include "protocols/server/server.h"
#include "python/bindings/server/bindings.h"

namespace dfs::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

// Opaque bytes as text that JSON can carry.
std::string hex(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes) out += fmt::format("{:02x}", c);
  return out;
}

py::list hex(const std::vector<std::string>& list) {
  py::list out;
  for (const std::string& bytes : list) out.append(hex(bytes));
  return out;
}

// Each of the parts as a dictionary with its members' names; in a class, so that a part finds its parts'
// functions.
struct Dicts {
  template <class T>
  static py::list all(const std::vector<T>& list) {
    py::list out;
    for (const T& x : list) out.append(of(x));
    return out;
  }

  static py::dict of(const nfs4::snapshot::Slot& s) {
    return py::dict("sequence"_a = s.sequence, "busy"_a = s.busy, "cached"_a = s.cached,
                    "reply_bytes"_a = s.reply_bytes);
  }
  static py::dict of(const nfs4::snapshot::Connection& c) {
    return py::dict("id"_a = c.id, "fore"_a = c.fore, "back"_a = c.back);
  }
  static py::dict of(const nfs4::snapshot::Range& r) {
    return py::dict("first"_a = r.first, "last"_a = r.last, "exclusive"_a = r.exclusive);
  }
  static py::dict of(const nfs4::snapshot::Owner& o) {
    return py::dict("name"_a = hex(o.name), "seqid"_a = o.known ? py::object(py::int_(o.seqid)) : py::none(),
                    "confirmed"_a = o.confirmed, "opens"_a = o.opens, "locks"_a = o.locks);
  }

  static py::dict of(const nfs4::snapshot::Session& s) {
    return py::dict("id"_a = hex(s.id), "callback_program"_a = s.callback_program,
                    "max_request"_a = s.max_request, "max_response"_a = s.max_response,
                    "max_response_cached"_a = s.max_response_cached, "max_operations"_a = s.max_operations,
                    "slots"_a = all(s.slots), "connections"_a = all(s.connections),
                    "persistent"_a = s.persistent);
  }
  static py::dict of(const nfs4::snapshot::SavedReply& r) {
    return py::dict("slot"_a = r.slot, "sequence"_a = r.sequence, "results"_a = r.results, "kept"_a = r.kept);
  }
  static py::dict of(const nfs4::snapshot::DeadSession& s) {
    return py::dict("id"_a = hex(s.id), "owner"_a = hex(s.owner), "left"_a = s.left,
                    "replies"_a = all(s.replies));
  }
  static py::dict of(const nfs4::snapshot::Open& o) {
    return py::dict("owner"_a = hex(o.owner), "other"_a = hex(o.other), "seqid"_a = o.seqid,
                    "file_id"_a = o.file_id, "file_system"_a = hex(o.file_system), "access"_a = o.access,
                    "deny"_a = o.deny, "locks"_a = o.locks);
  }
  static py::dict of(const nfs4::snapshot::Lock& l) {
    return py::dict("owner"_a = hex(l.owner), "other"_a = hex(l.other), "seqid"_a = l.seqid,
                    "file_id"_a = l.file_id, "file_system"_a = hex(l.file_system),
                    "ranges"_a = all(l.ranges));
  }
  static py::dict of(const nfs4::snapshot::Delegation& d) {
    return py::dict("other"_a = hex(d.other), "seqid"_a = d.seqid, "file_id"_a = d.file_id,
                    "file_system"_a = hex(d.file_system), "type"_a = d.type, "write"_a = d.write,
                    "recalled"_a = d.recalled, "notifications"_a = d.notifications, "previous"_a = d.previous,
                    "times"_a = d.times);
  }
  static py::dict of(const nfs4::snapshot::Want& w) {
    return py::dict("file_id"_a = w.file_id, "write"_a = w.write, "push"_a = w.push);
  }
  static py::dict of(const nfs4::snapshot::Client& c) {
    return py::dict("id"_a = c.id, "minor"_a = c.minor, "owner"_a = hex(c.owner),
                    "implementation"_a = c.implementation, "confirmed"_a = c.confirmed,
                    "reclaim_complete"_a = c.reclaim_complete, "may_reclaim"_a = c.may_reclaim,
                    "recorded"_a = c.recorded, "courtesy"_a = c.courtesy, "revoked"_a = hex(c.revoked),
                    "lease_left"_a = c.lease_left, "sessions"_a = all(c.sessions),
                    "open_owners"_a = all(c.open_owners), "lock_owners"_a = all(c.lock_owners),
                    "opens"_a = all(c.opens), "locks"_a = all(c.locks), "delegations"_a = all(c.delegations),
                    "wants"_a = all(c.wants), "callback_path"_a = c.callback_path);
  }
  static py::dict of(const nfs4::snapshot::Reclaimer& r) {
    return py::dict("minor"_a = r.minor, "owner"_a = hex(r.owner), "verifier"_a = hex(r.verifier),
                    "client"_a = r.client != 0 ? py::object(py::int_(r.client)) : py::none(),
                    "complete"_a = r.complete);
  }
  static py::dict of(const nfs4::snapshot::Grace& g) {
    return py::dict("active"_a = g.active, "left"_a = g.left);
  }
  static py::dict of(const nfs4::snapshot::File& f) {
    return py::dict("file_id"_a = f.file_id, "file_system"_a = hex(f.file_system), "shares"_a = f.shares,
                    "ranges"_a = f.ranges, "grants"_a = f.grants, "changes"_a = f.changes);
  }
  static py::dict of(const nfs4::snapshot::DelegationCount& n) {
    return py::dict("outstanding"_a = n.outstanding, "granted"_a = n.granted, "recalled"_a = n.recalled,
                    "returned"_a = n.returned, "revoked"_a = n.revoked);
  }
  static py::dict of(const nfs4::snapshot::Notifications& n) {
    return py::dict("directories"_a = n.directories, "changes"_a = n.changes, "unsent"_a = n.unsent);
  }
};

}  // namespace

py::dict state_snapshot(server::Server& server) {
  nfs4::Snapshot s;
  {
    py::gil_scoped_release release;
    s = server.state();
  }
  py::dict counts;
  for (const nfs4::snapshot::DelegationCount& n : s.delegations) counts[n.type] = Dicts::of(n);
  return py::dict("clients"_a = Dicts::all(s.clients), "files"_a = Dicts::all(s.files),
                  "roster"_a = Dicts::all(s.roster), "grace"_a = Dicts::of(s.grace), "delegations"_a = counts,
                  "notifications"_a = Dicts::of(s.notifications),
                  "dead_sessions"_a = Dicts::all(s.dead_sessions), "stateids"_a = s.stateids,
                  "sessions"_a = s.sessions);
}

std::vector<std::string> state_invariants(server::Server& server) {
  py::gil_scoped_release release;
  return server.check_state();
}

}  // namespace dfs::python
