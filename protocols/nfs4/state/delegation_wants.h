#pragma once

#include <memory>
#include <optional>

#include "engine/loop/task.h"
#include "engine/state/claimed_files.h"
#include "protocols/nfs4/state/delegation_ask.h"

namespace dfs::nfs4 {

class State;

// Delegations that were wanted and could not be given, whose clients were promised to hear (RFC 8881 18.16.3
// and 18.49.3): of a file that is contended for, when it is not any more, by CB_PUSH_DELEG; for want of room,
// when there is some again, by CB_RECALLABLE_OBJ_AVAIL. One want of a kind for a client and a file.
//
// Its mutex is the last of all. Thread-safe.
class DelegationWants {
 public:
  enum class Kind : u8 { contended, resourced };

  explicit DelegationWants(State& state) : state_(state) {}

  // Keeps the want. False: no promise is to be made. Where there are too many of all clients, whoever has
  // waited longest is told that its wants of that kind are cancelled.
  bool keep(DelegationAsk ask, Kind kind);
  // OPEN4_SHARE_ACCESS_WANT_CANCEL.
  void cancel(const Client& client, const state::FileKey& file);
  // The client is gone, or has lost its state.
  void forget(const Client& client);

  // Claims of the file are gone: perhaps it is contended for no more. No mutex is held.
  void stirred(const state::FileKey& file);
  // There is a delegation less.
  void room_again();

  u64 count() const { return count_.load(); }
  struct View {
    u64 file_id;
    bool write;
    Kind kind;
  };
  std::vector<View> of(const Client& client) const;

 private:
  struct Want {
    u64 since;  // a number that grows
    Kind kind;
    DelegationAsk ask;
  };
  struct File {
    std::atomic<u32> stirs{0};
    std::vector<Want> wants;  // change under mutex_
    bool watched = false;     // by watch(); changes under mutex_
  };
  template <class Match>
  void erase_locked(Match match);
  struct Cancelled {
    Ref<Client> client;
    Kind kind;
  };
  bool make_room_locked(const Client& for_whom, std::optional<Cancelled>* cancelled);

  // Tries to give what is wanted of a file whenever something changes, until nobody wants it.
  Task<void> watch(std::shared_ptr<File> file);
  // True: the client is busy, and is to be asked later.
  Task<bool> push(Want want);

  State& state_;
  std::atomic<u64> count_{0}, resourced_{0};  // of all, and of that kind

  mutable std::mutex mutex_;
  // changes under mutex_
  std::unordered_map<state::FileKey, std::shared_ptr<File>, state::FileKeyHash> files_;
  u64 next_ = 1;
};

}  // namespace dfs::nfs4
