#pragma once

#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

// What a stateid in an operation's arguments names (RFC 7530 9.1.4, RFC 8881 8.2).
struct Named {
  enum class Kind : u8 {
    record,
    anonymous,  // all zeros: nobody's open
    bypass,     // all ones: the same, and a READ passes by share reservations
  };
  Kind kind = Kind::record;
  Ref<StateRecord> record;
  u32 seqid = 0;  // with which check_seqid() is asked
};

// How the special stateid `current` is taken (RFC 8881 8.2.3): its seqid counts for CLOSE and OPEN_DOWNGRADE
// only.
enum class CurrentSeqid : u8 { any, exact };

// The special stateid that stands for the current one, from 4.1 on (RFC 8881 16.2.3.1.2).
bool is_current(const stateid4& id);

// Finds what the stateid names for the client of this COMPOUND: NFS4_OK, or BAD_STATEID, STALE_STATEID,
// EXPIRED, ADMIN_REVOKED. A lease of 4.0 is renewed by it. That the record still lives, and its seqid, is for
// check_seqid() to say, when its file is locked.
nfsstat4 find_state(Compound& c, const stateid4& id, Named* out, CurrentSeqid current = CurrentSeqid::any);
// The same of an operation that has two filehandles: the stateid that goes with this one is its `current`.
nfsstat4 find_state(Compound& c, const Current& at, const stateid4& id, Named* out,
                    CurrentSeqid current = CurrentSeqid::any);
// The same where only an open or only a lock stateid will do, and only one of the current file.
nfsstat4 find_state(Compound& c, const stateid4& id, StateKind kind, Named* out,
                    CurrentSeqid current = CurrentSeqid::any);

// NFS4_OK, OLD_STATEID or BAD_STATEID; the file's mutex is held (RFC 7530 9.1.4.4, RFC 8881 8.2.2).
nfsstat4 check_seqid(const Compound& c, const StateRecord& record, u32 seqid);

// Whether the record is of this file.
bool of_file(const StateRecord& record, const Place& place);

// More owners, opens or locks than a client may have.
inline nfsstat4 too_many(const Compound& c) { return c.minor == 0 ? NFS4ERR_RESOURCE : NFS4ERR_DELAY; }

inline state::FileKey file_key(const Place& p) { return {&p.fs(), p.node.id}; }

}  // namespace dfs::nfs4
