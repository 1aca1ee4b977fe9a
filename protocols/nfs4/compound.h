#pragma once

#include <forward_list>

#include "engine/fs/file_system.h"
#include "protocols/nfs4/op_table.h"
#include "protocols/nfs4/place.h"
#include "protocols/nfs4/program.h"

namespace dfs::nfs4 {

struct Compound;

// Remembers a COMPOUND's reply: a slot of a session, from SEQUENCE to the end of the COMPOUND.
class ReplyKeeper {
 public:
  virtual ~ReplyKeeper() = default;
  // The COMPOUND is over; `body` is its COMPOUND4res, about to be sent. Empty: it is given up without a
  // reply, because a fault rule swallowed it or the server stops. Called once.
  virtual void ended(Compound& c, const SliceList& body) = 0;
  // Inside the update that makes the change of the operation under way: puts the reply so far down, of which
  // this is the last result.
  virtual fs::FsError put_down(fs::MetadataTxn& txn, Compound& c, const nfs_resop4& result) = 0;
};

// A filehandle and the stateid that goes with it (RFC 8881 16.2.3.1.2).
struct Current {
  Place place;
  stateid4 stateid{};
  bool has_stateid = false;  // false: the special stateid `current` is BAD_STATEID
};

// One COMPOUND under way: what its operations share. Lives until its reply is encoded, or until its loop
// stops.
struct Compound {
  Compound(Nfs4& s, rpc::Call& k) : server(s), call(k) {}
  ~Compound();
  Compound(const Compound&) = delete;
  Compound& operator=(const Compound&) = delete;

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
  u32 slot = 0, sequence = 0;  // of the session
  ReplyKeeper* keeper = nullptr;
  u32 max_reply = UINT32_MAX;   // bytes of the whole RPC reply, its header included: REP_TOO_BIG
  u32 max_cached = UINT32_MAX;  // of one that is to be cached: REP_TOO_BIG_TO_CACHE
  bool cached = false;          // sa_cachethis
  bool persistent = false;      // the reply is put down with what changes: recorded.h

  // Inside the update that makes the change of the operation under way, with its result.
  fs::FsError put_down(fs::MetadataTxn& txn, const void* result);
  // Goes on behind operations that an earlier run of the server has carried out: their results are these.
  // False: there are not so many operations. Asked by SEQUENCE.
  bool resume(std::string_view results, u32 count);
  bool resumed() const { return earlier_count != 0; }

  // Answers with a remembered COMPOUND4res instead of anything this COMPOUND says, and ends it.
  void replay(SliceList body);

  // Whether a result of so many bytes, number and status included, has room in the reply: NFS4_OK,
  // REP_TOO_BIG or REP_TOO_BIG_TO_CACHE. Asked before an operation changes anything; what changes nothing is
  // measured afterwards, by the COMPOUND itself.
  nfsstat4 reserve(u64 bytes) const;
  // Bytes a result may take.
  u64 room() const;

  // Makes a place the current one; its stateid is gone (RFC 8881 16.2.3.1.2).
  void enter(const Place& place) { current = {place, {}, false}; }
  void set_stateid(const stateid4& s) {
    current.stateid = s;
    current.has_stateid = true;
  }

  // Results of before a restart, as they are on the wire; those below come behind them.
  std::string_view earlier;
  u32 earlier_count = 0;
  // Results so far, in the call's arena.
  nfs_resop4* results = nullptr;
  u32 result_count = 0, result_capacity = 0;
  u64 reply_bytes = 0;  // of the reply so far: headers and results
  nfsstat4 status = NFS4_OK;

  enum class Ending : u8 {
    reply,   // what is above
    replay,  // what a slot remembered: replay_body
    sent,    // what 4.0's duplicate request cache remembered: it is in the call already
    silent,  // nothing
  };
  Ending ending = Ending::reply;
  SliceList replay_body;

  // What was asked back for the operation under way is not back (clear_way.h). Those of 4.0 that have a seqid
  // of their own answer so themselves.
  bool waiting = false;
  // GETATTR, VERIFY, NVERIFY: what the holder of a write delegation says of the current file, and is not the
  // file's own yet (RFC 8881 10.4.3, RFC 9754 section 5).
  struct Held {
    std::optional<u64> size;
    std::optional<WallTime> accessed;
  };
  Held held;

  // 4.0: this request is to be remembered by the duplicate request cache.
  bool in_drc = false;
  rpc::DuplicateRequestCache::Key drc_key{};

  // ACLs that operations refer to while they wait.
  std::forward_list<fs::Acls> acls;
};

// A Compound in its call's arena.
struct EndCompound {
  void operator()(Compound* c) const { std::destroy_at(c); }
};
using CompoundPtr = std::unique_ptr<Compound, EndCompound>;

// NFSPROC4_COMPOUND: RFC 7530 15.2, RFC 8881 16.2.
Async<rpc::Outcome> serve_compound(void* program, rpc::Call& call);

// The steps of a COMPOUND. The plain way through them is in compound.cpp, the one with fault points in
// compound_faults.cpp.

// Reads the next operation and decides whether it may run: it is c.row then, and *args its arguments.
// Otherwise the COMPOUND ends, with a result that says why or as c.ending has it.
bool admit(Compound& c, const void** args);
// Takes the result of the operation under way. False: the COMPOUND ends.
bool settle(Compound& c, const void* result);
// Writes the reply.
rpc::Outcome conclude(Compound& c);

bool faults_armed(const Nfs4& n);
Task<rpc::Outcome> run_with_faults(CompoundPtr c);

}  // namespace dfs::nfs4
