#include "protocols/nfs4/attrs/decode.h"
#include "protocols/nfs4/filehandle.h"
#include "protocols/nfs4/names.h"
#include "protocols/nfs4/ops.h"
#include "protocols/nfs4/ops/open_call.h"
#include "protocols/nfs4/recorded.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/order.h"
#include "protocols/nfs4/tell.h"
#include "protocols/nfs4/verifier.h"

namespace dfs::nfs4::ops {
namespace {

Async<OPEN4res> refused(nfsstat4 s) { return with_status<OPEN4res>(s); }

// "If it is a directory, NFS4ERR_ISDIR is returned; otherwise, NFS4ERR_SYMLINK" (RFC 7530 16.16.6); RFC
// 8881 18.16.4 has a status for the rest.
nfsstat4 type_status(const Compound& c, fs::FileType type) {
  if (type == fs::FileType::regular) return NFS4_OK;
  if (type == fs::FileType::directory) return NFS4ERR_ISDIR;
  return type == fs::FileType::symlink || c.minor == 0 ? NFS4ERR_SYMLINK : NFS4ERR_WRONG_TYPE;
}

// --- the end: what the client is told ----------------------------------------------------------------------

// A stateid of an open or of a delegation, not both.
bool wants_one(const Compound& c, const OPEN4args& a) {
  return c.minor > 1 && (a.share_access & OPEN4_SHARE_ACCESS_WANT_OPEN_XOR_DELEGATION) != 0;
}

OPEN4res answer(const OpenCall& call, const Opened& opened) {
  Compound& c = call.c;
  OPEN4res res{};
  OPEN4resok& ok = res.resok4;
  ok.stateid = opened.stateid;
  ok.cinfo = call.cinfo;
  ok.rflags = OPEN4_RESULT_LOCKTYPE_POSIX;
  if (c.minor == 0 && !call.owner->confirmed) ok.rflags |= OPEN4_RESULT_CONFIRM;
  if (c.minor > 0) ok.rflags |= OPEN4_RESULT_PRESERVE_UNLINKED;
  if (c.minor > 0 && Callbacks::available(*c.session->client)) ok.rflags |= OPEN4_RESULT_MAY_NOTIFY_LOCK;
  ok.attrset = applied_attrs(call.asked, call.applied).bitmap(c.call.arena);
  // Who claims a file by a delegation has one; who has yet to confirm his owner gets none (RFC 7530 16.18.5).
  Delegations& delegations = c.server.state->delegations;
  if (call.reclaims())
    ok.delegation = delegations.reclaim(c, call.owner->client, call.file, call.allowed,
                                        call.a.claim.delegate_type, call.as_found);
  else if (call.inherits())
    ok.delegation = delegations.claim(c, call.owner->client, call.file);
  else if (!call.delegation && (c.minor > 0 || call.owner->confirmed))
    ok.delegation = delegations.offer(c, call.owner->client, call.file, call.mode.access, call.a.share_access,
                                      call.as_found);
  c.enter(call.file);
  c.set_stateid(ok.stateid);
  if (wants_one(c, call.a) && stateid_of(ok.delegation) != nullptr) {
    // RFC 9754 section 4: the delegation is all the client is given; what it had open before stays.
    undo_open(c, opened);
    ok.rflags |= OPEN4_RESULT_NO_OPEN_STATEID;
    ok.stateid = {};
    c.set_stateid(*stateid_of(ok.delegation));
  }
  return res;
}

// The result that a persistent session puts down with the file that OPEN makes or cuts. After a restart there
// are no opens, and no stateid of before it is good for anything: this one is nobody's, and its client has to
// reclaim the open (RFC 8881 8.4.2.1) as it does with those whose stateids it was told before.
OPEN4res answer_after_restart(const OpenCall& call) {
  Compound& c = call.c;
  OPEN4res res{};
  OPEN4resok& ok = res.resok4;
  const Registry<StateRecord>::Number nobody{(1u << kPlaceBits) - 1, 0};
  ok.stateid = {1, stateid_other(c.server.state->epoch, StateKind::open, nobody)};
  ok.cinfo = call.cinfo;
  ok.rflags = OPEN4_RESULT_LOCKTYPE_POSIX | OPEN4_RESULT_PRESERVE_UNLINKED;
  ok.attrset = applied_attrs(call.asked, call.applied).bitmap(c.call.arena);
  c.enter(call.file);
  return res;
}

// --- opening a file that was found -------------------------------------------------------------------------

// What the file's size is to become; nothing: it stays. "the attributes specified by createattrs are not
// used, except that when createattrs specifies the size attribute with a size of zero, the existing file is
// truncated" (RFC 7530 16.16.5).
std::optional<u64> new_size(const OpenCall& call) {
  if (call.creating() && !call.created && call.how() == UNCHECKED4 && call.size == u64{0}) return call.size;
  return {};
}

Async<OPEN4res> open_found(CallPtr call) {
  Compound& c = call->c;
  const std::optional<u64> size = new_size(*call);
  State& state = *c.server.state;
  const Roster& roster = state.recovery.roster;
  const bool cleared = roster.cleared();
  Opened opened;
  const nfsstat4 s = open_file(c, call->owner, call->file, call->hold, call->mode, call->reclaims(), &opened);
  // Another client has ended since this one was admitted.
  const bool unsettled = s == NFS4ERR_DELAY && !(cleared && roster.cleared());
  if (unsettled || (opened.in_the_way != 0 && state.clients.expire(opened.in_the_way)))
    // Its row must be off stable storage before anybody is let in (RFC 8881 8.4.3, the first edge condition).
    return then(state.recovery.roster.settle(), [call = std::move(call)](fs::FsError e) mutable {
      return e == fs::FsError::ok ? open_found(std::move(call)) : refused(to_status(e));
    });
  if (s != NFS4_OK) return refused(s);
  call->hold = {};
  // RFC 7530 9.1.11: a reclaim is never asked to be confirmed.
  if (call->reclaims()) call->owner->confirmed = true;
  if (!size) return answer(*call, opened);
  fs::SetAttr* cut = c.call.arena.construct<fs::SetAttr>();
  if (cut == nullptr) return refused(NFS4ERR_DELAY);
  cut->size = size;
  const Place& p = call->file;
  // Only now: an open that is denied leaves the file alone. Who may open it for this was judged with the
  // rest.
  auto recorder = recorder_of<fs::SetAttrResult>(c, [&call = *call](const fs::SetAttrResult&) {
    call.applied |= fs::kSetSize;
    return answer_after_restart(call);
  });
  Async<fs::SetAttrResult> setting =
      p.fs().setattr(p.who, p.node, *cut, {}, fs::IoCheck::open_elsewhere, recorder.get());
  return then(std::move(setting), [call = std::move(call), opened = std::move(opened),
                                   recorder = std::move(recorder)](const fs::SetAttrResult& r) {
    if (r.error != fs::FsError::ok) {
      undo_open(call->c, opened);
      return with_status<OPEN4res>(to_status(r.error));
    }
    tell(call->c, call->file).changed(r.node);
    call->applied |= fs::kSetSize;
    return answer(*call, opened);
  });
}

// Whoever may execute a file may read it: there is no other way to execute it (RFC 8881 6.2.1.3.2).
bool permitted(state::ShareMode mode, bool truncates, u32 granted) {
  const bool reads = (mode.access & state::kReadRight) != 0;
  const bool writes = truncates || (mode.access & state::kWriteRight) != 0;
  return (!reads || (granted & (fs::ace::kReadData | fs::ace::kExecute)) != 0) &&
         (!writes || (granted & fs::ace::kWriteData) != 0);
}

Async<OPEN4res> find(CallPtr call);

Async<OPEN4res> looked(CallPtr call, const fs::AccessResult& r) {
  constexpr u32 kTries = 4;
  Compound& c = call->c;
  if (r.error == fs::FsError::stale && c.current.place.node != call->file.node) {
    // Removed since its name was looked up: by now the name is another file's, or nobody's.
    if (++call->tries == kTries) return refused(NFS4ERR_DELAY);
    return find(std::move(call));
  }
  if (r.error != fs::FsError::ok) return refused(to_status(r.error));
  if (const nfsstat4 s = type_status(c, r.node.type); s != NFS4_OK) return refused(s);
  if (call->delegation && !of_file(*call->delegation, call->file)) return refused(NFS4ERR_BAD_STATEID);
  call->as_found = r.node;
  if (call->inherits())
    if (const nfsstat4 s = c.server.state->delegations.left_to(*call->owner->client, call->file);
        s != NFS4_OK)
      return refused(s);
  if ((r.granted & (fs::ace::kReadData | fs::ace::kExecute)) != 0) call->allowed |= state::kReadRight;
  if ((r.granted & fs::ace::kWriteData) != 0 && !call->file.read_only()) call->allowed |= state::kWriteRight;
  // Who made it may have it as he asked, whatever its mode says from now on.
  if (!call->created) {
    const bool truncates = new_size(*call).has_value();
    const bool changes = truncates || (call->mode.access & state::kWriteRight) != 0;
    if (changes && call->file.read_only()) return refused(NFS4ERR_ROFS);
    if (!permitted(call->mode, truncates, r.granted)) return refused(NFS4ERR_ACCESS);
  }
  return open_found(std::move(call));
}

// Holds the file first and looks at it then: whoever removes it sees the hold, or we see that it is gone.
Async<OPEN4res> hold_and_look(CallPtr call) {
  const Place& p = call->file;
  call->hold = Ref<FileHold>::adopt(new FileHold(*call->c.server.state, p.fs(), p.node.id));
  constexpr u32 kWanted = fs::ace::kReadData | fs::ace::kWriteData | fs::ace::kExecute;
  Async<fs::AccessResult> rights = p.fs().rights(p.who, p.node, kWanted);
  return then(std::move(rights), [call = std::move(call)](const fs::AccessResult& r) mutable {
    return looked(std::move(call), r);
  });
}

// --- finding or making it by its name ----------------------------------------------------------------------

// CLAIM_NULL, CLAIM_DELEGATE_CUR and CLAIM_DELEGATE_PREV have one.
Text name_of(const open_claim4& claim) {
  if (claim.claim == CLAIM_DELEGATE_PREV) return claim.file_delegate_prev;
  return claim.claim == CLAIM_DELEGATE_CUR ? claim.delegate_cur_info.file : claim.file;
}

Async<OPEN4res> take_found(CallPtr call, const fs::LookupResult& r) {
  Compound& c = call->c;
  const bool missing = r.error == fs::FsError::not_found;
  if (call->creating() && missing) return refused(NFS4ERR_ROFS);
  if (r.error != fs::FsError::ok) return refused(directory_status(r.error, r.dir));
  if (call->creating() && call->how() != UNCHECKED4) return refused(NFS4ERR_EXIST);
  call->cinfo = {true, r.dir.change, r.dir.change};
  call->file = beside(c.current.place, r.node);
  if (const nfsstat4 s = type_status(c, r.node.type); s != NFS4_OK) return refused(s);
  return hold_and_look(std::move(call));
}

void note_created(OpenCall& call, const fs::CreateResult& r) {
  call.cinfo = {true, r.dir.before.change, r.dir.after.change};
  call.file = beside(call.c.current.place, r.node);
  // An exclusive create that comes again has made the file, too (RFC 7530 16.16.5).
  call.created = r.created || call.exclusive();
  call.applied = r.applied;
}

Async<OPEN4res> take_created(CallPtr call, const fs::CreateResult& r) {
  Compound& c = call->c;
  if (r.error == fs::FsError::exists && call->how() == UNCHECKED4) {
    const nfsstat4 s = type_status(c, r.node.type);  // what is in the way is no file
    return refused(s == NFS4_OK ? NFS4ERR_EXIST : s);
  }
  if (r.error != fs::FsError::ok) return refused(directory_status(r.error, r.dir.before));
  tell(c, c.current.place).created(name_of(call->a.claim).view(), r);
  note_created(*call, r);
  return hold_and_look(std::move(call));
}

fs::CreateHow create_how(createmode4 mode) {
  switch (mode) {
    case UNCHECKED4:
      return fs::CreateHow::kept;  // until it is open
    case GUARDED4:
      return fs::CreateHow::guarded;
    case EXCLUSIVE4:
    case EXCLUSIVE4_1:
      break;
  }
  return fs::CreateHow::exclusive;
}

u64 create_verifier(const createhow4& how) {
  if (how.mode == EXCLUSIVE4) return from_verifier(how.createverf);
  return how.mode == EXCLUSIVE4_1 ? from_verifier(how.ch_createboth.cva_verf) : 0;
}

// By name, in the current directory.
Async<OPEN4res> find(CallPtr call) {
  Compound& c = call->c;
  const OPEN4args& a = call->a;
  const Place& dir = c.current.place;
  const Text name = name_of(a.claim);
  if (const nfsstat4 s = check_component(name); s != NFS4_OK) return refused(s);
  // Where an export begins there is a directory.
  if (junction(c, dir, name.view())) return refused(NFS4ERR_ISDIR);
  if (!dir.object()) return refused(call->creating() ? NFS4ERR_ROFS : NFS4ERR_NOENT);
  // On a read-only export nothing is made, but what is there may be opened.
  if (!call->creating() || dir.read_only()) {
    Async<fs::LookupResult> looking = dir.fs().lookup(dir.who, dir.node, name.view());
    return then(std::move(looking), [call = std::move(call)](const fs::LookupResult& r) mutable {
      return take_found(std::move(call), r);
    });
  }
  // Somebody has a delegation of the directory still.
  if (std::exchange(c.waiting, false)) return refused(NFS4ERR_DELAY);
  const createhow4& how = a.openhow.how;
  auto recorder = recorder_of<fs::CreateResult>(c, [&call = *call](const fs::CreateResult& r) {
    note_created(call, r);
    return answer_after_restart(call);
  });
  Async<fs::CreateResult> creating =
      dir.fs().create(dir.who, dir.node, name.view(), create_how(how.mode), call->attr, create_verifier(how),
                      fs::IoCheck::owner_override, recorder.get());
  return then(std::move(creating),
              [call = std::move(call), recorder = std::move(recorder)](const fs::CreateResult& r) mutable {
                return take_created(std::move(call), r);
              });
}

// --- what is asked for -------------------------------------------------------------------------------------

nfsstat4 take_attributes(OpenCall& call) {
  Compound& c = call.c;
  const createhow4& how = call.a.openhow.how;
  // RFC 8881 18.16.3: a persistent session needs no verifier, and has a retry answered by its slot.
  if (how.mode == EXCLUSIVE4) return c.persistent ? NFS4ERR_INVAL : NFS4_OK;  // has none
  if (how.mode == EXCLUSIVE4_1 && c.minor == 0) return NFS4ERR_BADXDR;
  const fattr4& attrs = how.mode == EXCLUSIVE4_1 ? how.ch_createboth.cva_attrs : how.createattrs;
  const nfsstat4 s = decode_settable(c, attrs, Target::created, &call.attr, &call.asked);
  call.size = call.attr.size;
  return s;
}

// The delegation that the client opens the file by (RFC 7530 10.4.4, RFC 8881 10.4.4).
nfsstat4 find_delegation(OpenCall& call, const stateid4& id) {
  Named named;
  if (const nfsstat4 s = find_state(call.c, id, &named); s != NFS4_OK) return s;
  if (named.kind != Named::Kind::record || named.record->kind != StateKind::delegation)
    return NFS4ERR_BAD_STATEID;
  call.delegation = Ref<Delegation>::share(static_cast<Delegation*>(named.record.get()));
  if (&call.delegation->client() != call.owner->client.get()) return NFS4ERR_BAD_STATEID;
  std::lock_guard lock(call.delegation->file->mutex());
  return check_seqid(call.c, *call.delegation, named.seqid);
}

// CLAIM_FH, CLAIM_PREVIOUS and CLAIM_DELEG_PREV_FH: the current file itself.
Async<OPEN4res> open_current(CallPtr call) {
  Compound& c = call->c;
  if (call->creating()) return refused(NFS4ERR_INVAL);
  if (!c.current.place.object()) return refused(NFS4ERR_ISDIR);
  call->file = c.current.place;
  return hold_and_look(std::move(call));
}

Async<OPEN4res> by_claim(CallPtr call) {
  Compound& c = call->c;
  const open_claim4& claim = call->a.claim;
  // RFC 7530's open_claim_type4 ends with CLAIM_DELEGATE_PREV.
  if (c.minor == 0 && claim.claim > CLAIM_DELEGATE_PREV) return refused(NFS4ERR_BADXDR);
  switch (claim.claim) {
    case CLAIM_NULL:
    case CLAIM_DELEGATE_PREV:
      return find(std::move(call));
    case CLAIM_FH:
    case CLAIM_PREVIOUS:
    case CLAIM_DELEG_PREV_FH:
      return open_current(std::move(call));
    case CLAIM_DELEGATE_CUR: {
      const nfsstat4 s = find_delegation(*call, claim.delegate_cur_info.delegate_stateid);
      return s == NFS4_OK ? find(std::move(call)) : refused(s);
    }
    case CLAIM_DELEG_CUR_FH: {
      const nfsstat4 s = find_delegation(*call, claim.oc_delegate_stateid);
      return s == NFS4_OK ? open_current(std::move(call)) : refused(s);
    }
  }
  return refused(NFS4ERR_INVAL);
}

struct Body {
  Compound& c;
  const OPEN4args& a;
  Ref<StateOwner> owner;

  Async<OPEN4res> operator()() const {
    auto call = std::make_unique<OpenCall>(c, a, owner);
    nfsstat4 s = share_mode(c, a.share_access, a.share_deny, &call->mode);
    if (s == NFS4_OK && call->creating()) s = take_attributes(*call);
    if (s != NFS4_OK) return refused(s);
    Async<nfsstat4> admitting = c.server.state->recovery.admit(*owner->client, call->taking());
    return then(std::move(admitting), [call = std::move(call)](nfsstat4 s) mutable {
      return s == NFS4_OK ? by_claim(std::move(call)) : refused(s);
    });
  }
};

}  // namespace

// RFC 7530 16.16, RFC 8881 18.16
Async<OPEN4res> open(Compound& c, const OPEN4args& a) {
  Ref<Client> client;
  // From 4.1 on the client is the session's, and the field means nothing (RFC 8881 18.16.3).
  if (c.minor > 0)
    client = c.session->client;
  else if (const nfsstat4 s = client_of_40(*c.server.state, a.owner.clientid, &client); s != NFS4_OK)
    return refused(s);
  if (c.minor == 0) client->connection.store(c.call.transport->id(), std::memory_order_relaxed);
  Ref<StateOwner> owner;
  if (const nfsstat4 s = open_owner(c, client, a.owner.owner, a.seqid, &owner); s != NFS4_OK)
    return refused(s);
  return in_order<OPEN4res>(c, owner, a.seqid, OP_OPEN, Body{c, a, owner});
}

}  // namespace dfs::nfs4::ops
