#pragma once

#include "protocols/nfs4/state/stateid.h"

namespace dfs::nfs4 {

// Opens and share reservations (RFC 7530 9.9 to 9.11 and 16.16 to 16.19, RFC 8881 9.7, 9.8 and 18.16
// to 18.18).

// share_access and share_deny of an operation: INVAL for bits that mean nothing in its minor version. What
// the client wants of delegations is left out.
nfsstat4 share_mode(const Compound& c, u32 share_access, u32 share_deny, state::ShareMode* out);

// Combinations of access and deny as a set: bit 4 * (access - 1) + deny.
u16 combination(state::ShareMode mode);
// The share mode is that of some of these OPENs together: the ones of `asked` within it make up all of it.
// *kept: those.
bool downgrades_to(u16 asked, state::ShareMode mode, u16* kept);

// The open owner of that name, made when there is none: NFS4_OK, EXPIRED, or too many. In 4.0 an owner that
// was never confirmed is forgotten, with what it had opened, by an OPEN that is out of its sequence (RFC 7530
// 16.18.5).
nfsstat4 open_owner(Compound& c, const Ref<Client>& client, Bytes name, u32 seqid, Ref<StateOwner>* out);

struct Opened {
  u32 in_the_way = 0;  // SHARE_DENIED: the number of the client that denies it; 0 when it is none of ours
  Ref<Open> open;
  stateid4 stateid{};
  state::ShareMode before;  // of the open; nothing when it is new
  u16 asked_before = 0;
};
// Opens the file for the owner, or adds to what the owner has it open for: NFS4_OK, SHARE_DENIED, EXPIRED.
// The file has been looked at since `hold` was taken, and lets the caller have what is asked for. The client
// has been admitted (recovery.h). A reclaim is RECLAIM_CONFLICT, or NO_GRACE when the time for it is over.
nfsstat4 open_file(Compound& c, const Ref<StateOwner>& owner, const Place& file, Ref<FileHold> hold,
                   state::ShareMode mode, bool reclaim, Opened* out);
// What came after did not work: takes the open back to what it was.
void undo_open(Compound& c, const Opened& opened);

// Ends an open and its owner's locks with it; the client's mutex is held, and what is taken out of its tables
// is let go after that.
void end_open_locked(Open& open, std::vector<Ref<StateRecord>>* ended);

CLOSE4res close_open(Compound& c, const Ref<Open>& open, u32 seqid);
OPEN_DOWNGRADE4res downgrade_open(Compound& c, Open& open, u32 seqid, state::ShareMode mode);
OPEN_CONFIRM4res confirm_open(Compound& c, Open& open, u32 seqid);

// Forgets owners that have had no opens and no locks for a lease (RFC 7530 9.1.10), or have not been
// confirmed for one (16.18.5). The client's lease is looked at.
void forget_idle_owners(State& state, Client& client, Nanos now);

}  // namespace dfs::nfs4
