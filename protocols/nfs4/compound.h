#pragma once

#include "protocols/nfs4/op_table.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/program.h"

namespace dfs::nfs4 {

struct Compound;

// Remembers a COMPOUND's reply: a slot of a session, from SEQUENCE to the end of the COMPOUND.
class ReplyKeeper {
 public:
  virtual ~ReplyKeeper() = default;
  // The reply is encoded and about to be sent. `body` is its COMPOUND4res. Called once, also when nothing is
  // to be kept.
  virtual void ended(Compound& c, const SliceList& body) = 0;
};

// A filehandle and the stateid that goes with it (RFC 8881 16.2.3.1.2).
struct Current {
  Place place;
  stateid4 stateid{};
  bool has_stateid = false;  // false: the special stateid `current` is BAD_STATEID
};

// One COMPOUND under way: what its operations share. Lives until its reply is encoded.
struct Compound {
  Compound(Nfs4& s, rpc::Call& k) : server(s), call(k) {}

  Nfs4& server;
  rpc::Call& call;

  // From the header.
  u32 minor = 0;
  Text tag{};
  u32 count = 0;  // of operations, as the client says

  u32 index = 0;  // of the operation under way
  const OpRow* row = nullptr;
  Current current, saved;

  // Set by SEQUENCE. The session outlives the COMPOUND: the keeper holds it.
  class Session* session = nullptr;
  ReplyKeeper* keeper = nullptr;
  u32 max_reply = UINT32_MAX;   // bytes of the whole RPC reply: REP_TOO_BIG
  u32 max_cached = UINT32_MAX;  // of one that is to be cached: REP_TOO_BIG_TO_CACHE
  bool cached = false;          // sa_cachethis

  // Answers with a remembered COMPOUND4res instead of anything this COMPOUND says.
  void replay(SliceList body);

  // Room for a result of so many bytes in the reply: NFS4_OK, REP_TOO_BIG or REP_TOO_BIG_TO_CACHE. Asked
  // before an operation does anything.
  nfsstat4 reserve(u64 bytes) const;
  // Bytes of results there is room for.
  u64 room() const;

  // Makes a place the current one; its stateid is gone (RFC 8881 16.2.3.1.2).
  void enter(const Place& place) { current = {place, {}, false}; }
  void set_stateid(const stateid4& s) {
    current.stateid = s;
    current.has_stateid = true;
  }

  // Results so far, in the call's arena.
  nfs_resop4* results = nullptr;
  u32 result_count = 0, result_capacity = 0;
  u64 result_bytes = 0;
  nfsstat4 status = NFS4_OK;
  bool replayed = false;
  SliceList replay_body;
};

// NFSPROC4_COMPOUND: RFC 7530 16.2, RFC 8881 16.2.
Async<rpc::Outcome> serve_compound(void* program, rpc::Call& call);

}  // namespace dfs::nfs4
