#pragma once

#include "protocols/nfs4/compound.h"
#include "protocols/nfs4/state/directory_watch.h"

namespace dfs::nfs4 {

class State;

// Delegations of directories (RFC 8881 10.9): who gets one, and who is told what has happened. They are asked
// back, and end, as those of files do: see Delegations.
//
// What happened is told in the order in which it did, nfs4.dir_notify_delay later at the most, or when there
// is a batch of it. A client that does not take it in time, or does not want it, is asked for its delegation:
// what it has in its cache is not what there is any more.
//
// Locks as in state/state.h; mutex_ is the last.
class DirectoryDelegations {
 public:
  explicit DirectoryDelegations(State& state) : state_(state) {}

  // A delegation of the directory for the session's client; null: there is none to be had. `dir`: as it was
  // found. What of the notices is not supported, or needs a listing of too large a directory, is left out.
  Async<Ref<DirectoryDelegation>> give(Compound& c, const fs::Inode& dir, DirectoryNotices notices);

  void entry_changed(const fs::FileSystem& files, const fs::EntryChange& what);
  void object_changed(const fs::FileSystem& files, const fs::Change& object, fs::Doer by);
  // Its claims are gone.
  void ended(DirectoryDelegation& d);

  // Notices that wait to be sent, and news that wait to become such; of directories that are watched.
  struct Waiting {
    size_t news = 0, notices = 0, watches = 0;
  };
  Waiting waiting() const;

 private:
  using Holders = std::vector<Ref<DirectoryDelegation>>;
  // What one holder is told of a batch.
  struct Letter {
    Ref<DirectoryDelegation> to;
    std::vector<DirectoryTidings> tidings;
  };

  Ref<DirectoryDelegation> grant(Compound& c, const DirectoryNotices& notices);
  Task<Ref<DirectoryDelegation>> begin(Ref<DirectoryDelegation> d);
  Ref<DirectoryWatch> watch_locked(const DirectoryDelegation& d);
  void watch_children_locked(DirectoryWatch& w);
  void forget_child_locked(DirectoryWatch& w, fs::FileId node);

  bool nobody_listens() const { return watched_.load(std::memory_order_relaxed) == 0; }
  void hear(const state::FileKey& directory, DirectoryNews news);
  Nanos patience_locked(const DirectoryWatch& w, const DirectoryNews& news) const;
  Task<void> run(Ref<DirectoryWatch> w);
  // The next batch, as far as its order is known; nothing: it has to wait.
  bool take_batch(DirectoryWatch& w, std::vector<Letter>* letters, Holders* lost);
  void read_locked(DirectoryWatch& w, DirectoryNews& news, std::vector<Letter>& letters);
  Task<void> post(Letter letter);
  Task<void> send(Ref<DirectoryDelegation> d);
  // It has missed something.
  void give_up(const Ref<DirectoryDelegation>& d);

  State& state_;
  mutable std::mutex mutex_;
  std::atomic<size_t> watched_{0};  // directories; changes under mutex_
  // By directory; which directories' watches want to know of an object. Change under mutex_.
  std::unordered_map<state::FileKey, Ref<DirectoryWatch>, state::FileKeyHash> watches_;
  std::unordered_map<state::FileKey, std::vector<DirectoryWatch*>, state::FileKeyHash> children_;
};

}  // namespace dfs::nfs4
