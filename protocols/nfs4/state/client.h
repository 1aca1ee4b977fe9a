#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/clock.h"
#include "protocols/nfs4/state/ids.h"
#include "protocols/rpc/call.h"

namespace dfs::state {
class ClaimedFile;
}

namespace dfs::nfs4 {

class Session;
class StateOwner;
class StateRecord;
class Delegation;

// Who asks, as far as AUTH_NONE and AUTH_SYS tell (RFC 8881 1.5: principal).
struct Principal {
  rpc::Flavor flavor = rpc::Flavor::none;
  u32 uid = 0;
  bool operator==(const Principal&) const = default;

  static Principal of(const rpc::Call& call) { return {call.caller.flavor, call.caller.uid}; }
};

// How the client came to its id, and so which minor versions it may use it in. The same string from
// SETCLIENTID and from EXCHANGE_ID names two clients: no minor version's client has to know what the other
// does (RFC 8881 2.4.1 lets a server see one in them, and asks for nothing).
enum class Facet : u8 { v40, v41 };

// Where a 4.0 client wants to be called back (RFC 7530 3.3.3).
struct Callback40 {
  u32 program = 0, ident = 0;
  std::string netid, address;
};

// CREATE_SESSION's own slot (RFC 8881 18.36.4).
struct CreateSessionSlot {
  u32 sequence = 0;            // of the last one that was carried out
  bool used = false;           // false: there is none, and nothing to replay
  CREATE_SESSION4res reply{};  // has nothing in an arena
};

// Why state was taken away from a client that lives on (RFC 8881 18.46.3, sr_status_flags).
enum class Revoked : u8 { expired, admin, recallable };
// unknown: nobody has wanted to be called back, or that is being found out.
enum class CallbackPath : u8 { unknown, up, down, fault };
const char* name_of(CallbackPath path);

// One client, of any minor version: what SETCLIENTID or EXCHANGE_ID made of it (RFC 7530 9.1.1, RFC
// 8881 2.4).
class Client : public Counted {
 public:
  Client(Epoch epoch, u32 number, Facet facet, std::string_view owner, const verifier4& verifier,
         const Principal& principal);
  ~Client();

  // fixed after construction
  const u32 number;
  const clientid4 id;
  const Facet facet;
  const std::string owner;  // nfs_client_id4.id, client_owner4.co_ownerid
  const verifier4 verifier;
  const Principal principal;

  // The lease: moved on by every operation that names the client, its session or its state. Gone: the
  // client's state goes with it, under `mutex`; no new state is made after that.
  std::atomic<Nanos> renewed{0};
  void renew(Nanos now) { renewed.store(now, std::memory_order_relaxed); }
  enum class Phase : u8 { unconfirmed, confirmed, gone };
  std::atomic<Phase> phase{Phase::unconfirmed};
  bool confirmed() const { return phase.load(std::memory_order_acquire) == Phase::confirmed; }
  bool gone() const { return phase.load(std::memory_order_acquire) == Phase::gone; }
  // 4.0: over which it was last heard of. REMOVE, GETATTR and the like do not say whose client asks.
  std::atomic<u64> connection{0};
  // Whether callbacks get through; changes under mutex, with the flags of SEQUENCE.
  std::atomic<CallbackPath> path{CallbackPath::unknown};

  mutable std::mutex mutex;

  // changes under mutex
  verifier4 confirm_verifier{};  // 4.0: what SETCLIENTID_CONFIRM has to bring
  Callback40 callback, next_callback;
  bool callback_pending =
      false;  // 4.0: a SETCLIENTID of a confirmed client waits for its SETCLIENTID_CONFIRM
  CreateSessionSlot create_session;
  bool reclaim_complete = false;  // 4.1: RECLAIM_COMPLETE of all file systems was done
  bool may_reclaim = false;       // it is one that the last run of the server left: see recovery.h
  std::vector<Ref<Session>> sessions;
  std::string implementation;   // nfs_impl_id4: domain and name
  u64 callback_connection = 0;  // 4.0: that was opened to `callback`; 0: none
  // State that was taken away, until FREE_STATEID acknowledges it: by the stateid's `other`.
  std::map<Other, Revoked> revoked;
  bool all_expired = false;  // of these: all that the client had when its lease ended
  void revoke_locked(const Other& other, Revoked why);
  // False: it is none of those.
  bool acknowledge_locked(const Other& other);

  // It has a row in the roster, without which it gets no state: changes under the roster's mutex.
  std::atomic<bool> recorded{false};
  // Its lease has ended, and it was left its state: see Clients. Changes under the mutex of Clients.
  bool courtesy = false;

  // Owners by name, each of which knows its opens or locks; changes under mutex.
  using Owners = std::unordered_map<std::string_view, Ref<StateOwner>>;
  Owners open_owners, lock_owners;
  u32 states = 0;  // opens, lock stateids and delegations there are
  // Its delegations, at most one a file; all in the name of one owner, which is made with the first. Change
  // under mutex.
  std::unordered_map<const state::ClaimedFile*, Ref<Delegation>> delegations;
  Ref<StateOwner> delegation_owner;

  // What one client may have: RESOURCE in 4.0, DELAY from 4.1 on.
  static constexpr size_t kMaxOwners = 1u << 16;  // of each kind
  static constexpr u32 kMaxStates = 1u << 20;

  // Sessions, opens, locks: what keeps DESTROY_CLIENTID and other principals away.
  bool has_state_locked() const { return states != 0 || !sessions.empty(); }
  // What the end of its lease could take away, or has.
  bool has_locks_locked() const { return states != 0 || !revoked.empty(); }

  // SEQUENCE's sr_status_flags, asked for by each: decided anew whenever a cause of one changes.
  u32 sequence_flags() const { return sequence_flags_.load(std::memory_order_relaxed); }
  void decide_sequence_flags_locked();

 private:
  std::atomic<u32> sequence_flags_{0};
};

}  // namespace dfs::nfs4
