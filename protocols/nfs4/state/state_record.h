#pragma once

#include <unordered_map>

#include "engine/fs/file_system.h"
#include "engine/state/claimed_files.h"
#include "protocols/nfs4/state/client.h"
#include "protocols/nfs4/state/turn.h"

namespace dfs::nfs4 {

class State;
class Open;
class LockState;

// An open owner or a lock owner (RFC 7530 9.1.1 and 9.1.5, RFC 8881 9.1.1).
class StateOwner : public Counted {
 public:
  StateOwner(Ref<Client> c, Bytes name)
      : client(std::move(c)), who{state::Protocol::nfs4, client->number, name.str()} {}

  // fixed after construction
  const Ref<Client> client;
  const state::Owner who;

  // 4.0's order of an owner's requests, and the reply to the last one (RFC 7530 9.1.7): used by whoever has
  // the turn.
  Turn turn;
  struct Last {
    bool known = false;  // the owner has had a request, so there is a seqid it must go on from
    u32 seqid = 0;
    nfs_opnum4 op = OP_ILLEGAL;
    std::string reply;   // the result as it was encoded
    fs::NodeRef node{};  // OPEN's: its replay makes the file current again
    bool entered = false;
  };
  Last last;

  // changes under the client's mutex
  std::atomic<bool> confirmed{false};  // an open owner of 4.0: OPEN_CONFIRM was done
  std::unordered_map<const state::ClaimedFile*, Ref<Open>> opens;
  std::unordered_map<const state::ClaimedFile*, Ref<LockState>> locks;
  // 4.0: what CLOSE ended is found until the owner's next request: the CLOSE may come again.
  Ref<StateRecord> closed;
  Nanos used = 0;  // when it last was; without opens it is kept a lease longer

  bool idle() const { return opens.empty() && locks.empty(); }
};

// Keeps a file that is open: one that loses its last name stays until the last hold goes. An open has one,
// and so has whatever input or output is under way with it, so that it ends well when the open does not wait
// for it.
class FileHold : public Counted {
 public:
  FileHold(State& state, fs::FileSystem& fs, fs::FileId id);
  ~FileHold();

 private:
  State& state_;
  fs::FileSystem& fs_;
  const fs::FileId id_;
};

// What a stateid stands for: an open of a file by an owner, or an owner's locks on a file.
class StateRecord : public Counted {
 public:
  StateRecord(StateKind k, Ref<StateOwner> o, state::FilePin f, fs::NodeRef n)
      : kind(k), owner(std::move(o)), file(std::move(f)), node(n) {}
  virtual ~StateRecord() = default;

  Client& client() const { return *owner->client; }

  // fixed before anybody can find it
  const StateKind kind;
  const Ref<StateOwner> owner;
  const state::FilePin file;
  const fs::NodeRef node;
  Registry<StateRecord>::Number number{};
  Other other{};

  // changes under the file's mutex
  u32 seqid = 1;
  bool live = true;  // false: closed, freed, or its client is gone

  Ref<FileHold> hold;  // an open's, as long as it lives
  // Ends it: the claims it stands for leave the file's table. Under the file's mutex; the hold is to be let
  // go after it.
  [[nodiscard]] Ref<FileHold> withdraw_locked();
  // A client without an open of the file waits for no locks of it. Under the file's mutex.
  [[nodiscard]] state::LockQueue::Waiters leave_queue_locked();
  // The stateid as it now is; next_stateid() after a change of what it stands for. Both under the file's
  // mutex.
  stateid4 stateid() const { return {seqid, other}; }
  stateid4 next_stateid() {
    if (++seqid == 0) seqid = 1;  // RFC 8881 8.2.2: zero is passed over
    return stateid();
  }
};

// An owner's open of a file.
class Open final : public StateRecord {
 public:
  Open(Ref<StateOwner> owner, state::FilePin file, Ref<FileHold> h, fs::NodeRef node, const Principal& opener)
      : StateRecord(StateKind::open, std::move(owner), std::move(file), node), opener(opener) {
    hold = std::move(h);
  }

  const Principal opener;  // for whom the file's permissions were checked

  // changes under the file's mutex
  state::ShareMode mode;
  // Which combinations of access and deny OPENs of this owner asked for, and have not been downgraded away.
  u16 asked = 0;

  // changes under the client's mutex
  std::vector<LockState*> locks;
};

// An owner's locks on a file.
class LockState final : public StateRecord {
 public:
  LockState(Ref<StateOwner> owner, state::FilePin file, Ref<Open> of)
      : StateRecord(StateKind::lock, std::move(owner), std::move(file), of->node), open(std::move(of)) {}
  const Ref<Open> open;  // what it was made with
};

}  // namespace dfs::nfs4
