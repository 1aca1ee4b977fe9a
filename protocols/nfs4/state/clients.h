#pragma once

#include <deque>
#include <list>
#include <unordered_set>

#include "protocols/nfs4/state/client.h"

namespace dfs::nfs4 {

class State;

// The clients there are, by id and by the name they gave themselves.
//
// Making, confirming and removing clients is serialised by one mutex: it happens once in a client's life.
// Finding one by its id takes the mutex of a stripe.
//
// A client whose lease has ended keeps its opens and locks as a courtesy, and has lost nothing when it comes
// back (RFC 8881 8.3 and 10.2.1 leave it to the server when what is not renewed is lost): until somebody
// wants what conflicts with them and asks for expire(), until too many enjoy it, or for Limits::courtesy.
class Clients {
 public:
  Clients(State& state, Epoch epoch) : state_(state), epoch_(epoch) {}

  // The client of that id; `gone` says whether there was one whose lease ended.
  struct Found {
    Ref<Client> client;
    bool expired = false;
  };
  Found find(clientid4 id);

  // RFC 7530 16.33.5. in_use: where the client lives that has the name already, for CLID_INUSE.
  nfsstat4 set_client_id(const SETCLIENTID4args& a, const Principal& who, SETCLIENTID4resok* out,
                         Callback40* in_use);
  // RFC 7530 16.34.5.
  nfsstat4 set_client_id_confirm(const SETCLIENTID_CONFIRM4args& a, const Principal& who);
  // RFC 8881 18.35.4 and 18.35.5. *flags: EXCHGID4_FLAG_CONFIRMED_R or nothing.
  nfsstat4 exchange_id(const EXCHANGE_ID4args& a, const Principal& who, Ref<Client>* out, u32* flags);
  // RFC 8881 18.36.4, phase 3: the first session makes the client a confirmed one, and one of its name that
  // was confirmed before goes with all it has. CLID_INUSE when somebody else made the record.
  nfsstat4 confirm(const Ref<Client>& client, const Principal& who);
  // RFC 8881 18.50.3.
  nfsstat4 destroy(clientid4 id);

  // Somebody wants what a client of that number stands in the way of: it loses its state if its lease has
  // ended. True: then it has, and the files are to be judged again, what is granted after Roster::settle().
  bool expire(u32 number);
  // The client's lease ends now, and what it holds with it.
  void end_lease(clientid4 id);

  // The time has come to look at a client's lease. Returns when to look again, or 0: it is gone.
  Nanos lease_due(u32 number, Nanos now);

  // Every client, in order of its number.
  std::vector<Ref<Client>> all();
  // Removes all, as the server ends.
  void clear();

 private:
  struct Named {
    Ref<Client> confirmed, unconfirmed;
  };
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::unordered_map<u32, Ref<Client>> by_number;  // changes under mutex
  };
  static constexpr u32 kStripes = 64;
  // Clients are bounded in number, and those that nobody has confirmed in a smaller one: of these the oldest
  // goes for the next.
  static constexpr size_t kMaxClients = 1u << 18, kMaxUnconfirmed = 1u << 16;
  // So many clients whose lease ended are still told EXPIRED rather than STALE_CLIENTID.
  static constexpr size_t kRemembered = 65536;

  static std::string key(Facet facet, std::string_view owner);
  Stripe& stripe(u32 number) { return stripes_[number % kStripes]; }
  // Null when there are too many.
  Ref<Client> add_locked(Named& name, Facet facet, Bytes owner, const verifier4& verifier,
                         const Principal& who);
  // moved: where the client is called back is new, or another than before.
  nfsstat4 confirm_40(const SETCLIENTID_CONFIRM4args& a, const Principal& who, bool* moved);
  void remove_locked(Ref<Client>& which, bool expired);
  // The same for a client that is found by its name, which goes with its last.
  void end_locked(const Ref<Client>& client, bool expired);
  bool has_state(const Client& c);
  Nanos lease_end(const Client& c) const;
  bool lapsed(const Client& c) const;
  // It is confirmed, and another principal may not have its name: it has state, and a lease.
  bool has_name(const Client& c);
  bool has_locks(const Client& c);
  // Its lease has ended, and its state goes.
  void expire_locked(const Ref<Client>& client);
  void tell_expired(const Client& client, bool confirmed);
  // The client begins to enjoy courtesy; another may lose it for that.
  void be_courteous_locked(Client& client);
  void end_courtesy_locked(Client& client);

  State& state_;
  const Epoch epoch_;
  std::array<Stripe, kStripes> stripes_;

  std::mutex mutex_;
  // changes under mutex_
  u32 next_ = 1;
  size_t count_ = 0;
  bool ending_ = false;   // the server ends: clients do not
  std::deque<u32> made_;  // the last kMaxUnconfirmed clients, oldest first: earlier ones are confirmed
  std::unordered_map<std::string, Named> names_;
  std::list<u32> courteous_;  // clients that enjoy courtesy, longest first; some are back without our knowing
  std::mutex expired_mutex_;
  std::unordered_set<u32> expired_;  // changes under expired_mutex_
  std::deque<u32> expired_order_;
};

}  // namespace dfs::nfs4
