#include "protocols/nfs4/clear_way.h"

#include "protocols/nfs4/attrs/attr_set.h"
#include "protocols/nfs4/attrs/table.h"
#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {
namespace {

// What an operation does to one file: one that is known, or one that a name in a directory stands for.
struct Step {
  bool attributes = false;  // are all it asks for
  Place at;
  Text name{};
  bool by_name = false;
  state::Access access;
};
struct Plan {
  state::Owner who{state::Protocol::nfs4, 0, {}};
  std::array<Step, 2> steps;
  u32 count = 0;

  void add(const Place& file, state::Access access) {
    if (file.object()) steps[count++] = {false, file, {}, false, access};
  }
  void add(const Place& dir, Text name, state::Access access) {
    if (dir.object()) steps[count++] = {false, dir, name, true, access};
  }
};

// The session's client; outside of a session nobody.
u64 client_of(const Compound& c) { return c.session != nullptr ? c.session->client->number : 0; }
// A client's own delegations are not in its way. 4.0 says who asks by what it brings along, if at all.
u64 client_of(const Compound& c, const stateid4& id) {
  if (c.minor > 0) return client_of(c);
  if (get_be32(&id.other[0]) != c.server.state->epoch) return 0;
  const Registry<StateRecord>::Number n{get_be32(&id.other[4]) & ((1u << kPlaceBits) - 1),
                                        get_be32(&id.other[8])};
  const auto found = c.server.state->records.find(n);
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
  constexpr state::Range kAll{};
  const state::ReadAccess read{kAll};
  const state::WriteAccess write{kAll};
  const state::ChangeAccess change{};
  const Place& here = c.current.place;
  Plan p;
  p.who.client = client_of(c);
  const auto io = [&](const stateid4& id, state::Access access) {
    p.who.client = client_of(c, id);
    p.add(here, access);
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
      if (here.object() && asks_for_data_attributes(AttrSet(as<GETATTR4args>(args).attr_request)))
        p.steps[p.count++] = {true, here, {}, false, read};
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
    case OP_LINK:
      p.add(c.saved.place, change);
      break;
    case OP_REMOVE:
      p.add(here, as<REMOVE4args>(args).target, change);
      break;
    case OP_RENAME:
      p.add(c.saved.place, as<RENAME4args>(args).oldname, change);
      p.add(here, as<RENAME4args>(args).newname, change);
      break;
    default:
      break;
  }
  return p;
}

Async<bool> clear(Compound& c, const Plan& plan, const Step& s) {
  Delegations& delegations = c.server.state->delegations;
  if (s.attributes) return delegations.ask_holder(c, s.at, plan.who);
  // What judges claims by itself afterwards must not find there what was passed over here.
  const bool judged = !std::holds_alternative<state::ChangeAccess>(s.access);
  const u64 connection = c.minor == 0 && !judged ? c.call.transport->id() : 0;
  if (!s.by_name) return delegations.clear(file_key(s.at), plan.who, s.access, connection);
  // A name that is not there, or may not be looked at, is for the operation itself to find out.
  return then(s.at.fs().lookup(s.at.who, s.at.node, s.name.view()),
              [&delegations, &plan, &s, connection](const fs::LookupResult& r) -> Async<bool> {
                if (r.error != fs::FsError::ok || r.node.type != fs::FileType::regular) return true;
                return delegations.clear({&s.at.fs(), r.node.id}, plan.who, s.access, connection);
              });
}

Task<nfsstat4> clear_all(Compound& c, Plan plan) {
  for (u32 i = 0; i < plan.count; ++i) {
    Async<bool> clearing = clear(c, plan, plan.steps[i]);
    if (!co_await clearing) co_return NFS4ERR_DELAY;
  }
  co_return NFS4_OK;
}

}  // namespace

Async<nfsstat4> clear_way(Compound& c, const void* args) {
  Plan plan = plan_of(c, args);
  if (plan.count == 0) return NFS4_OK;
  return clear_all(c, std::move(plan));
}

Async<const void*> serve_operation(Compound& c, const void* args) {
  if (!c.server.state->delegations.any()) [[likely]]
    return c.row->serve(c, args);
  return then(clear_way(c, args), [&c, args](nfsstat4 s) -> Async<const void*> {
    // RFC 7530 9.1.7: DELAY takes a seqid of 4.0's owners; they are given it by the operation, which finds
    // what we have.
    const bool numbered = c.minor == 0 && (c.row->flags & kOwnSeqid) != 0;
    return s == NFS4_OK || numbered ? c.row->serve(c, args) : c.row->refuse(c, s);
  });
}

}  // namespace dfs::nfs4
