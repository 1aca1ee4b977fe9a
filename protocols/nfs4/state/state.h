#pragma once

#include "engine/loop/loop.h"
#include "engine/state/claimed_files.h"
#include "protocols/nfs4/callback/callbacks.h"
#include "protocols/nfs4/state/clients.h"
#include "protocols/nfs4/state/copies.h"
#include "protocols/nfs4/state/delegations.h"
#include "protocols/nfs4/state/directory_delegations.h"
#include "protocols/nfs4/state/lease_queue.h"
#include "protocols/nfs4/state/persistence.h"
#include "protocols/nfs4/state/recovery.h"
#include "protocols/nfs4/state/session.h"
#include "protocols/nfs4/state/state_record.h"

namespace dfs::nfs4 {

struct Nfs4;

// Clients, sessions, opens, locks and delegations of one server.
//
// Locks are taken in this order: Clients, Recovery, a client, a session or a stripe of files, a stripe of a
// registry, that of persistent sessions, a store's, the roster's, that of wanted delegations. None is held
// across a suspension.
class State {
 public:
  explicit State(Nfs4& server);
  ~State();

  // Leases end by themselves from start() to stop(), by a timer of this loop. Both on the loop's thread.
  // With `streams`, clients can be called back.
  void start(Loop& loop, rpc::Streams* streams = nullptr);
  void stop();

  // The client's lease is looked at when it would end. Any thread.
  void watch(const Client& client);
  // Takes everything away that the client has: sessions, opens, locks. It is gone already.
  void drop(Client& client, Gone why);
  // Takes opens and locks of a client of 4.1 away, whose lease has ended; the client stays, and is told.
  void expire(Client& client);
  // Takes one piece of state away, or all of a file, from whoever has it: an administrator's, or a fault
  // rule's, doing (RFC 8881 8.5). What is not there any more is left alone. No mutex is held.
  void revoke(const Ref<StateRecord>& record);
  void revoke(const Other& other);
  void revoke_all(const state::FileKey& file, bool only_delegations);
  // Delegations of the file are asked for, though nobody is in their way.
  void recall_all(const state::FileKey& file);
  // Somebody else waits for a lock on a file that the client has locks on.
  bool waited_for(const Client& client) const;

  Ref<Session> find_session(const sessionid4& id);
  // It is closed; its client has it no more.
  void remove_session(Session& session);

  // What names this server to all clients, over restarts: the file systems it serves (RFC 8881 2.10.4).
  const std::string& identity() const { return identity_; }

  // The record gets its number and is found from now on.
  void add(const Ref<StateRecord>& record);
  template <class T>
  void add(const Ref<T>& record) {
    add(Ref<StateRecord>::share(record.get()));
  }
  // The record's claims go, and nobody finds it any more.
  void end(StateRecord& record, Gone why);
  // Ends a hold on a file that may have lost its last name meanwhile; its data then go. Nobody waits for it.
  void release(fs::FileSystem& fs, fs::FileId id);

  // Random bytes for what a client is only to give back.
  void draw(void* out, size_t n);
  Nanos now() const;
  Nanos lease() const;

  Nfs4& server;
  const Epoch epoch;
  state::ClaimedFiles files;
  Registry<StateRecord> records;
  Registry<Session> sessions;
  Recovery recovery;
  Persistence persistence;
  Clients clients;
  Callbacks callbacks;
  Delegations delegations;
  DirectoryDelegations directories;
  Copies copies;

 private:
  std::vector<Ref<StateRecord>> held_of(const state::FileKey& file, bool only_delegations);
  void arm();
  void arm_locked();
  void look();
  // Takes opens and locks out of the client's tables; its mutex is held.
  static std::vector<Ref<StateRecord>> take_locks_locked(Client& client);

  const std::string identity_;
  LeaseQueue leases_;
  std::mutex mutex_;
  Loop* loop_ = nullptr;  // changes under mutex_
  Timers::Id timer_ = 0;  // on the loop's thread
};

// The confirmed 4.0 client of that id, its lease renewed: STALE_CLIENTID or EXPIRED where there is none.
nfsstat4 client_of_40(State& state, clientid4 id, Ref<Client>* out);

}  // namespace dfs::nfs4
