#include "protocols/nfs4/clear_way.h"

#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/hooked_op.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

// What an operation does to one object.
struct Step {
  enum class Of : u8 {
    place,         // the place itself
    attributes,    // and these are all it asks for
    named,         // what has this name in it, if there is such an object
    dir_if_there,  // the place, if it has an entry of this name
    dir_if_not,    // the place, if it has none
  };
  Of of = Of::place;
  Place at;
  Text name{};
  state::Access access;
};
struct Plan {
  state::Owner who{state::Protocol::nfs4, 0, {}};
  std::array<Step, 4> steps;
  u32 count = 0;

  void add(const Place& file, state::Access access) { add(Step::Of::place, file, {}, access); }
  void add(const Place& dir, Text name, state::Access access) { add(Step::Of::named, dir, name, access); }
  void add(Step::Of of, const Place& at, Text name, state::Access access) {
    if (at.object()) steps[count++] = {of, at, name, access};
  }
};

// The session's client; outside of a session nobody.
u64 client_of(const Compound& c) { return c.session != nullptr ? c.session->client->number : 0; }
// A client's own delegations are not in its way. 4.0 says who asks by what it brings along, if at all.
u64 client_of(const Compound& c, const stateid4& id) {
  if (c.minor > 0) return client_of(c);
  const OtherParts parts = parts_of(id.other);
  if (parts.epoch != c.server.state->epoch) return 0;
  const auto found = c.server.state->records.find({parts.place, parts.nonce});
  return found.record ? found.record->client().number : 0;
}
u64 client_of(const Compound& c, clientid4 id) { return c.minor > 0 ? client_of(c) : number_of(id); }

bool truncates(const OPEN4args& a) {
  if (a.openhow.opentype != OPEN4_CREATE || a.openhow.how.mode != UNCHECKED4) return false;
  return AttrSet(a.openhow.how.createattrs.attrmask).has(FATTR4_SIZE);
}

void plan_open(Compound& c, const OPEN4args& a, Plan* p) {
  p->who.client = client_of(c, a.owner.clientid);
  state::OpenAccess open{static_cast<u8>(a.share_access & OPEN4_SHARE_ACCESS_BOTH),
                         static_cast<u8>(a.share_deny & OPEN4_SHARE_DENY_BOTH)};
  if (truncates(a)) open.access |= state::kWriteRight;
  if (a.claim.claim == CLAIM_NULL) p->add(c.current.place, a.claim.file, open);
  if (a.claim.claim == CLAIM_NULL && a.openhow.opentype == OPEN4_CREATE)
    p->add(Step::Of::dir_if_not, c.current.place, a.claim.file, state::DirectoryAccess{state::kEntryAdded});
  if (a.claim.claim == CLAIM_FH) p->add(c.current.place, open);
}

// Of what a client with a write delegation has its own idea (RFC 8881 10.4.3).
bool asks_for_data_attributes(const AttrSet& set) {
  return set.has(FATTR4_SIZE) || set.has(FATTR4_CHANGE) || set.has(FATTR4_TIME_MODIFY) ||
         set.has(FATTR4_SPACE_USED);
}

template <class Args>
const Args& as(const void* args) {
  return *static_cast<const Args*>(args);
}

Plan plan_of(Compound& c, const void* args) {
  using Of = Step::Of;
  constexpr state::Range kAll{};
  const state::ReadAccess read{kAll};
  const state::WriteAccess write{kAll};
  const state::ChangeAccess change{};
  const state::UnlinkAccess unlink{};
  const state::DirectoryAccess added{state::kEntryAdded}, removed{state::kEntryRemoved},
      renamed{state::kEntryRenamed};
  const Place& here = c.current.place;
  Plan p;
  p.who.client = client_of(c);
  const auto io = [&](const stateid4& id, state::Access access) {
    p.who.client = client_of(c, id);
    p.add(here, access);
  };
  const auto look = [&](const AttrSet& asked) {
    if (asks_for_data_attributes(asked)) p.add(Of::attributes, here, {}, read);
  };
  switch (c.row->number) {
    case OP_OPEN:
      plan_open(c, as<OPEN4args>(args), &p);
      break;
    case OP_READ:
      io(as<READ4args>(args).stateid, read);
      break;
    case OP_READ_PLUS:
      io(as<READ_PLUS4args>(args).rpa_stateid, read);
      break;
    case OP_SEEK:
      io(as<SEEK4args>(args).sa_stateid, read);
      break;
    case OP_WRITE:
      io(as<WRITE4args>(args).stateid, write);
      break;
    case OP_WRITE_SAME:
      io(as<WRITE_SAME4args>(args).wsa_stateid, write);
      break;
    case OP_ALLOCATE:
      io(as<ALLOCATE4args>(args).aa_stateid, write);
      break;
    case OP_DEALLOCATE:
      io(as<DEALLOCATE4args>(args).da_stateid, write);
      break;
    case OP_COPY:
      p.add(c.saved.place, read);
      p.add(here, write);
      break;
    case OP_CLONE:
      p.add(c.saved.place, read);
      p.add(here, write);
      break;
    case OP_SETATTR: {
      const auto& a = as<SETATTR4args>(args);
      const bool size = AttrSet(a.obj_attributes.attrmask).has(FATTR4_SIZE);
      io(a.stateid, size ? state::Access(write) : state::Access(change));
      break;
    }
    case OP_GETATTR:
      look(AttrSet(as<GETATTR4args>(args).attr_request));
      break;
    case OP_VERIFY:
      look(AttrSet(as<VERIFY4args>(args).obj_attributes.attrmask));
      break;
    case OP_NVERIFY:
      look(AttrSet(as<NVERIFY4args>(args).obj_attributes.attrmask));
      break;
    case OP_LOCK: {
      const auto& a = as<LOCK4args>(args);
      io(a.locker.new_lock_owner ? a.locker.open_owner.open_stateid : a.locker.lock_owner.lock_stateid,
         state::LockAccess{kAll, true});
      break;
    }
    case OP_LOCKT:
      p.who.client = client_of(c, as<LOCKT4args>(args).owner.clientid);
      p.add(here, state::LockAccess{kAll, true});
      break;
    case OP_SETXATTR:
    case OP_REMOVEXATTR:
      p.add(here, change);
      break;
    case OP_CREATE:
      p.add(Of::dir_if_not, here, as<CREATE4args>(args).objname, added);
      break;
    case OP_LINK:
      p.add(c.saved.place, change);
      p.add(Of::dir_if_not, here, as<LINK4args>(args).newname, added);
      break;
    case OP_REMOVE: {
      const Text name = as<REMOVE4args>(args).target;
      p.add(here, name, unlink);
      p.add(Of::dir_if_there, here, name, removed);
      break;
    }
    case OP_RENAME: {
      const auto& a = as<RENAME4args>(args);
      const Place& from = c.saved.place;
      const bool same = from.same_file(here);
      p.add(from, a.oldname, change);
      p.add(here, a.newname, unlink);
      p.add(Of::dir_if_there, from, a.oldname, same ? renamed : removed);
      if (!same) p.add(here, added);
      break;
    }
    default:
      break;
  }
  return p;
}

// What judges claims by itself afterwards, with the file's table locked, finds there what was granted
// meanwhile. For the rest nothing may be.
bool judged_later(const state::Access& access) {
  return !std::holds_alternative<state::ChangeAccess>(access) &&
         !std::holds_alternative<state::UnlinkAccess>(access) &&
         !std::holds_alternative<state::DirectoryAccess>(access);
}

// Whose claims are in question; none when it depends on a name, and is not so.
Task<std::optional<state::FileKey>> object_of(const Step& s) {
  fs::FileSystem& files = s.at.fs();
  if (s.of == Step::Of::place) co_return file_key(s.at);
  // A name that may not be looked at is for the operation itself to find out.
  Async<fs::LookupResult> looking = files.lookup(s.at.who, s.at.node, s.name.view());
  const fs::LookupResult r = co_await looking;
  const bool there = r.error == fs::FsError::ok;
  if (s.of == Step::Of::named && there) co_return state::FileKey{&files, r.node.id};
  if (s.of == Step::Of::dir_if_there && there) co_return file_key(s.at);
  if (s.of == Step::Of::dir_if_not && r.error == fs::FsError::not_found) co_return file_key(s.at);
  co_return std::nullopt;
}

Task<ClearedWay> clear_all(Compound& c, Plan plan) {
  State& state = *c.server.state;
  ClearedWay out;
  for (u32 i = 0; i < plan.count && out.status == NFS4_OK; ++i) {
    const Step& s = plan.steps[i];
    Async<bool> clearing = true;
    if (s.of == Step::Of::attributes) {
      clearing = state.delegations.ask_holder(c, s.at, plan.who);
    } else {
      Task<std::optional<state::FileKey>> finding = object_of(s);
      const std::optional<state::FileKey> key = co_await finding;
      if (!key) continue;
      const bool later = judged_later(s.access);
      if (!later) out.held.emplace_back(state.files.pin(*key), plan.who);
      // What is judged later must not find there what was passed over here.
      const u64 connection = c.minor == 0 && !later ? c.call.transport->id() : 0;
      clearing = state.delegations.clear(*key, plan.who, s.access, connection);
    }
    if (!co_await clearing) out.status = NFS4ERR_DELAY;
  }
  co_return std::move(out);
}

}  // namespace

Async<ClearedWay> clear_way(Compound& c, const void* args) {
  Plan plan = plan_of(c, args);
  if (plan.count == 0) return ClearedWay{};
  return clear_all(c, std::move(plan));
}

Async<const void*> carry_out(Compound& c, const void* args) {
  if (!c.server.state->delegations.any()) [[likely]]
    return c.row->serve(c, args);
  return then(clear_way(c, args), [&c, args](ClearedWay way) -> Async<const void*> {
    // RFC 7530 9.1.7: DELAY takes a seqid of 4.0's owners; they are given it by the operation, which finds
    // what we have.
    const bool numbered = c.minor == 0 && (c.row->flags & kOwnSeqid) != 0;
    c.waiting = way.status != NFS4_OK;
    if (way.status != NFS4_OK && !numbered) return c.row->refuse(c, way.status);
    return then(c.row->serve(c, args), [held = std::move(way.held)](const void* result) { return result; });
  });
}

Async<const void*> serve_operation(Compound& c, const void* args) {
  const rpc::Hooks* hooks = c.server.hooks;
  if (hooks != nullptr && hooks->any()) [[unlikely]]
    if (rpc::Hook* hook = hooks->find(key_of(*c.row))) return ask_instead(*hook, c, args);
  return carry_out(c, args);
}

}  // namespace dfs::nfs4
