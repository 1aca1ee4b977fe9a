#include "protocols/nfs4/state/io.h"

#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {
namespace {

state::Access access_of(IoKind kind, const state::Range& bytes) {
  if (kind == IoKind::read) return state::ReadAccess{bytes};
  return state::WriteAccess{bytes};
}

// Refused: `*holder` is the number of the client that stands in the way, when it is one of ours. What is to be
// recalled was recalled before (clear_way.h); it is not back, or there is a new one.
nfsstat4 status_of_verdict(const state::Verdict& v, u32* holder) {
  if (v.kind == state::Verdict::Kind::recall) return NFS4ERR_DELAY;
  if (v.proceed()) return NFS4_OK;
  if (v.holder != nullptr && v.holder->protocol == state::Protocol::nfs4)
    *holder = static_cast<u32>(v.holder->client);
  return NFS4ERR_LOCKED;
}

nfsstat4 without_open(Compound& c, const Place& file, Named::Kind as, IoKind kind, const state::Range& bytes,
                      u32* holder) {
  if (kind == IoKind::advise) return NFS4_OK;
  // RFC 7530 9.1.4.3: a READ may pass by what others deny; in a WRITE all ones are no more than all zeros.
  if (as == Named::Kind::bypass && kind == IoKind::read) return NFS4_OK;
  // RFC 7530 9.6.2, RFC 8881 8.4.2: who denied it may be about to reclaim that. Whoever has reclaimed its
  // open is in nobody's way, nor anybody in its.
  if (const nfsstat4 s = not_in_grace(*c.server.state); s != NFS4_OK) return s;
  // A client's own delegations are not in its way.
  const state::Owner who{state::Protocol::nfs4, c.session != nullptr ? c.session->client->number : 0, {}};
  state::FilePin pin = c.server.state->files.pin(file_key(file));
  std::lock_guard lock(pin->mutex());
  return status_of_verdict(pin->claims.judge(who, access_of(kind, bytes)), holder);
}

// The open behind the stateid lets it; the file's mutex is held.
nfsstat4 with_open(const StateRecord& open, u8 access, const Principal& opener, IoKind kind,
                   const state::Range& bytes, const Principal& asking, IoUse* use, u32* holder) {
  if (kind == IoKind::advise) return NFS4_OK;
  const u8 right = kind == IoKind::read ? state::kReadRight : state::kWriteRight;
  const bool granted = (access & right) != 0;
  if (!granted && kind == IoKind::write) return NFS4ERR_OPENMODE;
  if (opener == asking && granted) use->check = fs::IoCheck::open_elsewhere;
  // "it may choose to allow READ on opens for WRITE only, to accommodate clients whose write implementation
  // may unavoidably do reads" (RFC 8881 9.1.2): whoever may read the file anyway. Conflicts are looked for
  // all the same.
  if (!granted) use->check = fs::IoCheck::strict;
  return status_of_verdict(open.file->claims.judge(open.owner->who, access_of(kind, bytes)), holder);
}

nfsstat4 judge_io(Compound& c, const Current& at, const stateid4& id, IoKind kind, const state::Range& bytes,
                  IoUse* use, u32* holder) {
  const Place& file = at.place;
  Named named;
  if (const nfsstat4 s = find_state(c, at, id, &named); s != NFS4_OK) return s;
  if (!file.object()) return NFS4ERR_ISDIR;  // of the pseudo file system
  if (named.kind != Named::Kind::record) return without_open(c, file, named.kind, kind, bytes, holder);
  StateRecord& record = *named.record;
  if (!of_file(record, file)) return NFS4ERR_BAD_STATEID;
  const Principal asking = Principal::of(c.call);
  std::lock_guard lock(record.file->mutex());
  if (const nfsstat4 s = check_seqid(c, record, named.seqid); s != NFS4_OK) return s;
  if (record.kind == StateKind::delegation) {
    // RFC 8881 9.1.2, RFC 7530 9.1.4.5: a delegation is an open of its own for what it lets its holder do.
    const auto& d = static_cast<Delegation&>(record);
    const u8 access = d.write ? state::kReadRight | state::kWriteRight : state::kReadRight;
    const nfsstat4 s = with_open(d, access, d.opener, kind, bytes, asking, use, holder);
    if (s == NFS4_OK) use->hold = d.hold;
    return s;
  }
  const Open& open =
      record.kind == StateKind::open ? static_cast<Open&>(record) : *static_cast<LockState&>(record).open;
  // RFC 7530 16.18.5: until OPEN_CONFIRM nothing is done with the open.
  if (c.minor == 0 && !open.owner->confirmed.load(std::memory_order_relaxed)) return NFS4ERR_BAD_STATEID;
  // With an owner's locks the locks of its open's owner are somebody else's, the share reservation is its
  // own.
  const nfsstat4 s = with_open(open, open.mode.access, open.opener, kind, bytes, asking, use, holder);
  if (s == NFS4_OK) use->hold = open.hold;
  return s;
}

}  // namespace

nfsstat4 for_io(Compound& c, const Current& at, const stateid4& id, IoKind kind, const state::Range& bytes,
                IoUse* use) {
  for (;;) {
    u32 holder = 0;
    const nfsstat4 s = judge_io(c, at, id, kind, bytes, use, &holder);
    // A client whose lease has ended is in nobody's way. What is done here takes nothing that it could claim
    // again: nobody waits for its row to be gone.
    if (holder == 0 || !c.server.state->clients.expire(holder)) return s;
  }
}

state::Range bytes_of(u64 offset, u64 length) {
  if (length == 0) return {offset, offset};
  return length - 1 > UINT64_MAX - offset ? state::Range{offset, UINT64_MAX}
                                          : state::Range::of(offset, length);
}

nfsstat4 data_status(const Compound& c, fs::FsError e) {
  if (e == fs::FsError::symlink) return c.minor == 0 ? NFS4ERR_INVAL : NFS4ERR_SYMLINK;
  if (e == fs::FsError::wrong_type) return c.minor == 0 ? NFS4ERR_INVAL : NFS4ERR_WRONG_TYPE;
  return to_status(e);
}

nfsstat4 regular_status(const Compound& c, const fs::AttrResult& file) {
  if (file.error != fs::FsError::ok) return to_status(file.error);
  switch (file.node.type) {
    case fs::FileType::regular:
      return NFS4_OK;
    case fs::FileType::directory:
      return NFS4ERR_ISDIR;
    case fs::FileType::symlink:
      return data_status(c, fs::FsError::symlink);
    default:
      return data_status(c, fs::FsError::wrong_type);
  }
}

}  // namespace dfs::nfs4
