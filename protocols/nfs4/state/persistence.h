#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "engine/fs/metadata_store.h"
#include "engine/loop/loop.h"
#include "protocols/nfs4/state/saved_reply.h"

namespace dfs::nfs4 {

class Client;
class Session;
class State;

// A session of an earlier run of the server: it answers retries from what was put down, and takes no new
// requests (RFC 8881 2.10.6.5: "Such a session is considered dead"). Its client comes back with EXCHANGE_ID,
// and reclaims in a session of this run. Does not change, so that retries need no lock.
struct DeadSession {
  SavedSession of;
  std::map<u32, SavedReply> replies;  // by slot
  mutable std::atomic<Nanos> used{0};

  Nanos ends() const { return used.load(std::memory_order_relaxed) + of.lease * kSecond; }
};

// Persistent sessions: their rows, and those that the last run left.
//
// A row of a session is in the store of every export, and a reply is put down in the store of the export that
// was changed, by the update that changed it: so a reply is durable exactly when its change is, and no reply
// without its session. They go when the session is destroyed, with its client, or when it is dead and a lease
// has passed in which nobody asked for it.
//
// Its mutex comes after a client's, and is not held while a store is called. Thread-safe.
class Persistence {
 public:
  explicit Persistence(State& state);

  // Whether a session can be granted as persistent: every export's store is durable.
  bool available() const { return available_; }

  // Reads what the last run left. Says what went wrong, or nothing. Before any request.
  std::string begin();
  // Dead sessions end by themselves from start() to stop(), by a timer of this loop. Both on the loop's
  // thread.
  void start(Loop& loop);
  void stop();

  // The session outlives the server once this resolves.
  Async<fs::FsError> add(const Session& session);
  // A session of this run or of an earlier one has ended: it is gone from stable storage once this resolves.
  Async<fs::FsError> erase(const sessionid4& id);
  // The same of all sessions of a client that ends, for the store to do when it likes.
  void forget(const Client& client);
  // Another incarnation of a client has been confirmed: nobody asks for the sessions of the one before.
  void succeeded_by(const Client& client);

  // Null: there is no such dead session.
  std::shared_ptr<const DeadSession> find(const sessionid4& id);

  struct View {
    sessionid4 id;
    std::shared_ptr<const DeadSession> session;
  };
  std::vector<View> dead() const;
  // Sessions that have rows. Waits for the stores.
  std::vector<sessionid4> recorded() const;

 private:
  using Dead = std::map<sessionid4, std::shared_ptr<const DeadSession>>;

  // The change is made in one store after the other, each durable before the next.
  template <class Change>
  Task<fs::FsError> in_every_store(Change change);
  Task<fs::FsError> add_later(sessionid4 id, std::string row);
  Task<fs::FsError> erase_later(sessionid4 id);
  void erase_soon(const std::vector<sessionid4>& ids);
  fs::FsError load(fs::MetadataStore& store);
  void look();
  void arm_locked();

  State& state_;
  std::vector<fs::MetadataStore*> stores_;  // of the exports; fixed after construction
  bool available_ = false;

  mutable std::mutex mutex_;
  // changes under mutex_
  Dead dead_;
  Loop* loop_ = nullptr;
  Timers::Id timer_ = 0;  // on the loop's thread
};

}  // namespace dfs::nfs4
