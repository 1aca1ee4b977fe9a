#pragma once

#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {

// Byte-range locks (RFC 7530 9.2 to 9.4 and 16.10 to 16.12, RFC 8881 9 and 18.10 to 18.12).

inline bool exclusive(nfs_lock_type4 type) { return type == WRITE_LT || type == WRITEW_LT; }

// The bytes a lock's offset and length mean: INVAL for none at all, and for those that reach beyond 2^64 - 1.
// A length of all ones is "to the end of the file, however it grows".
nfsstat4 lock_range(offset4 offset, length4 length, state::Range* out);

// What a client is told of the lock in its way, which somebody has or asked for before; while the file's mutex is
// held.
LOCK4denied denied(Compound& c, const state::Owner& holder, const state::Range& bytes, bool exclusive);

// The lock owner of that name, made when there is none: NFS4_OK, EXPIRED, or too many.
nfsstat4 lock_owner(Compound& c, const Ref<Client>& client, Bytes name, Ref<StateOwner>* out);
// The same, or null where there is none.
Ref<StateOwner> find_lock_owner(Client& client, Bytes name);

// Takes the bytes for the owner. `open` is what the owner opened the file with; `lock` the lock stateid it
// has on it already, to be changed, or null: then one is made. NFS4_OK or DENIED, OPENMODE, and what is wrong
// with a stateid.
LOCK4res take_lock(Compound& c, const LOCK4args& a, const state::Range& bytes, const Ref<StateOwner>& owner,
                   const Ref<Open>& open, u32 open_seqid);
LOCK4res change_lock(Compound& c, const LOCK4args& a, const state::Range& bytes, const Ref<LockState>& lock,
                     u32 seqid);
LOCKU4res release_lock(Compound& c, const state::Range& bytes, LockState& lock, u32 seqid);

// Takes the stateid out of its client's lists; the client's mutex is held.
void forget_lock_locked(LockState& lock);
// Ends a lock stateid that has no locks: LOCKS_HELD when it has. The seqid is checked.
nfsstat4 free_lock(Compound& c, const Ref<LockState>& lock, u32 seqid);
// Ends all of an owner's lock stateids, and the owner: LOCKS_HELD when one of them has locks.
nfsstat4 release_lock_owner(State& state, Client& client, Bytes name);

}  // namespace dfs::nfs4
