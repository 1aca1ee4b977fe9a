#include "protocols/nfs4/state/clients.h"

#include <algorithm>

#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/opens.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::nfs4 {

// --- finding -----------------------------------------------------------------------------------------------

std::string Clients::key(Facet facet, std::string_view owner) {
  std::string k(1, static_cast<char>(facet));
  return k.append(owner);
}

Clients::Found Clients::find(clientid4 id) {
  if (epoch_of(id) != epoch_) return {};
  const u32 number = number_of(id);
  {
    Stripe& s = stripe(number);
    std::lock_guard lock(s.mutex);
    auto it = s.by_number.find(number);
    if (it != s.by_number.end()) return {it->second, false};
  }
  std::lock_guard lock(expired_mutex_);
  return {{}, expired_.contains(number)};
}

std::vector<Ref<Client>> Clients::all() {
  std::vector<Ref<Client>> out;
  for (Stripe& s : stripes_) {
    std::lock_guard lock(s.mutex);
    for (auto& [number, client] : s.by_number) out.push_back(client);
  }
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a->number < b->number; });
  return out;
}

// --- making and removing -----------------------------------------------------------------------------------

Ref<Client> Clients::add_locked(Named& name, Facet facet, Bytes owner, const verifier4& verifier,
                                const Principal& who) {
  if (count_ == kMaxClients) return {};
  ++count_;
  auto client = Ref<Client>::adopt(new Client(epoch_, next_++, facet, owner.view(), verifier, who));
  client->renew(state_.now());
  made_.push_back(client->number);
  name.unconfirmed = client;
  {
    Stripe& s = stripe(client->number);
    std::lock_guard lock(s.mutex);
    s.by_number.emplace(client->number, client);
  }
  state_.watch(*client);
  if (made_.size() > kMaxUnconfirmed) {
    const Ref<Client> oldest = find(client_id(epoch_, made_.front())).client;
    made_.pop_front();
    if (oldest && !oldest->confirmed()) end_locked(oldest, false);
  }
  return client;
}

void Clients::end_locked(const Ref<Client>& client, bool expired) {
  auto it = names_.find(key(client->facet, client->owner));
  DFS_CHECK(it != names_.end());
  Named& name = it->second;
  remove_locked(name.confirmed.get() == client.get() ? name.confirmed : name.unconfirmed, expired);
  if (!name.confirmed && !name.unconfirmed) names_.erase(it);
}

void Clients::remove_locked(Ref<Client>& which, bool expired) {
  Ref<Client> client = std::exchange(which, {});
  --count_;
  end_courtesy_locked(*client);
  {
    std::lock_guard lock(client->mutex);
    client->phase.store(Client::Phase::gone, std::memory_order_release);
  }
  if (expired) {
    std::lock_guard lock(expired_mutex_);
    expired_.insert(client->number);
    expired_order_.push_back(client->number);
    if (expired_order_.size() > kRemembered) {
      expired_.erase(expired_order_.front());
      expired_order_.pop_front();
    }
  }
  {
    Stripe& s = stripe(client->number);
    std::lock_guard lock(s.mutex);
    s.by_number.erase(client->number);
  }
  if (!ending_) {
    state_.recovery.roster.forget(*client);
    state_.persistence.forget(*client);
  }
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4ClientGone{client->id.value});
  state_.drop(*client, expired ? Gone::expired : Gone::closed);
}

bool Clients::has_state(const Client& c) {
  std::lock_guard lock(c.mutex);
  return c.has_state_locked();
}

void Clients::clear() {
  std::lock_guard lock(mutex_);
  ending_ = true;
  for (auto& [key, name] : names_)
    for (Ref<Client>* c : {&name.confirmed, &name.unconfirmed})
      if (*c) remove_locked(*c, false);
  names_.clear();
}

// --- NFSv4.0 -----------------------------------------------------------------------------------------------

namespace {

Callback40 callback_of(const SETCLIENTID4args& a) {
  return {a.callback.cb_program, a.callback_ident, a.callback.cb_location.na_r_netid.str(),
          a.callback.cb_location.na_r_addr.str()};
}

}  // namespace

nfsstat4 Clients::set_client_id(const SETCLIENTID4args& a, const Principal& who, SETCLIENTID4resok* out,
                                Callback40* in_use) {
  std::lock_guard lock(mutex_);
  const std::string k = key(Facet::v40, a.client.id.view());
  Named& name = names_[k];
  if (name.confirmed && name.confirmed->principal != who && has_name(*name.confirmed)) {
    std::lock_guard held(name.confirmed->mutex);
    *in_use = name.confirmed->callback;
    return NFS4ERR_CLID_INUSE;
  }
  verifier4 confirm;
  state_.draw(confirm.data(), confirm.size());
  if (name.unconfirmed) remove_locked(name.unconfirmed, false);
  Ref<Client> client;
  if (name.confirmed && name.confirmed->principal == who && name.confirmed->verifier == a.client.verifier) {
    // The same incarnation: its callback may be another from SETCLIENTID_CONFIRM on.
    client = name.confirmed;
    std::lock_guard held(client->mutex);
    client->next_callback = callback_of(a);
    client->confirm_verifier = confirm;
    client->callback_pending = true;
  } else {
    // A new client, or one that has restarted: its earlier incarnation lasts until this one is confirmed.
    client = add_locked(name, Facet::v40, a.client.id, a.client.verifier, who);
    if (!client) return NFS4ERR_DELAY;
    std::lock_guard held(client->mutex);
    client->callback = callback_of(a);
    client->confirm_verifier = confirm;
  }
  *out = {client->id, confirm};
  return NFS4_OK;
}

nfsstat4 Clients::set_client_id_confirm(const SETCLIENTID_CONFIRM4args& a, const Principal& who) {
  bool moved = false;
  const nfsstat4 s = confirm_40(a, who, &moved);
  if (moved)
    if (const Ref<Client> client = find(a.clientid).client) state_.callbacks.address_confirmed(client);
  return s;
}

nfsstat4 Clients::confirm_40(const SETCLIENTID_CONFIRM4args& a, const Principal& who, bool* moved) {
  std::lock_guard lock(mutex_);
  Ref<Client> client = find(a.clientid).client;
  if (!client || client->facet != Facet::v40) return NFS4ERR_STALE_CLIENTID;
  if (client->principal != who) return NFS4ERR_CLID_INUSE;
  {
    std::lock_guard held(client->mutex);
    if (client->confirm_verifier != a.setclientid_confirm) return NFS4ERR_STALE_CLIENTID;
    if (client->confirmed()) {
      if (client->callback_pending) client->callback = std::move(client->next_callback);
      *moved = std::exchange(client->callback_pending, false);
      return NFS4_OK;  // of a retransmission too; neither renews a lease (RFC 7530 9.5)
    }
  }
  Named& name = names_[key(Facet::v40, client->owner)];
  if (name.confirmed) {
    if (name.confirmed->principal != who && has_name(*name.confirmed)) return NFS4ERR_CLID_INUSE;
    if (name.confirmed->principal == who) state_.delegations.pass_on(*name.confirmed, client);
    remove_locked(name.confirmed, false);
  }
  name.confirmed = std::move(name.unconfirmed);
  client->renew(state_.now());
  client->phase.store(Client::Phase::confirmed, std::memory_order_release);
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4ClientConfirmed{client->id.value});
  state_.recovery.confirmed(*client);
  *moved = true;
  return NFS4_OK;
}

// --- NFSv4.1 -----------------------------------------------------------------------------------------------

nfsstat4 Clients::exchange_id(const EXCHANGE_ID4args& a, const Principal& who, Ref<Client>* out, u32* flags) {
  std::lock_guard lock(mutex_);
  const Bytes owner = a.eia_clientowner.co_ownerid;
  const verifier4& verifier = a.eia_clientowner.co_verifier;
  const std::string k = key(Facet::v41, owner.view());
  const bool update = (a.eia_flags & EXCHGID4_FLAG_UPD_CONFIRMED_REC_A) != 0;
  *flags = 0;
  if (update) {
    auto it = names_.find(k);
    if (it == names_.end() || !it->second.confirmed) return NFS4ERR_NOENT;  // case 7
    Ref<Client>& confirmed = it->second.confirmed;
    if (confirmed->verifier != verifier) return NFS4ERR_NOT_SAME;  // case 8
    if (confirmed->principal != who) return NFS4ERR_PERM;          // case 9
    *out = confirmed;                                              // case 6
    *flags = EXCHGID4_FLAG_CONFIRMED_R;
    return NFS4_OK;
  }
  Named& name = names_[k];
  if (name.confirmed && name.confirmed->principal != who) {  // case 3
    if (has_name(*name.confirmed)) return NFS4ERR_CLID_INUSE;
    remove_locked(name.confirmed, false);
  }
  if (name.confirmed && name.confirmed->verifier == verifier) {  // case 2
    *out = name.confirmed;
    *flags = EXCHGID4_FLAG_CONFIRMED_R;
    return NFS4_OK;
  }
  if (name.unconfirmed) remove_locked(name.unconfirmed, false);  // case 4
  *out = add_locked(name, Facet::v41, owner, verifier, who);     // cases 1 and 5
  return *out ? NFS4_OK : NFS4ERR_DELAY;
}

nfsstat4 Clients::confirm(const Ref<Client>& client, const Principal& who) {
  std::lock_guard lock(mutex_);
  if (client->gone()) return NFS4ERR_STALE_CLIENTID;
  if (client->confirmed()) return NFS4_OK;
  if (client->principal != who) return NFS4ERR_CLID_INUSE;
  Named& name = names_[key(client->facet, client->owner)];
  if (name.confirmed) {
    if (name.confirmed->principal == who) state_.delegations.pass_on(*name.confirmed, client);
    remove_locked(name.confirmed, false);
  }
  name.confirmed = std::move(name.unconfirmed);
  client->phase.store(Client::Phase::confirmed, std::memory_order_release);
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4ClientConfirmed{client->id.value});
  state_.recovery.confirmed(*client);
  state_.persistence.succeeded_by(*client);
  return NFS4_OK;
}

nfsstat4 Clients::destroy(clientid4 id) {
  std::lock_guard lock(mutex_);
  Ref<Client> client = find(id).client;
  if (!client || client->facet != Facet::v41) return NFS4ERR_STALE_CLIENTID;
  state_.delegations.purge(*client);  // what it has not claimed it does not know of
  {
    std::lock_guard held(client->mutex);
    if (client->has_state_locked()) return NFS4ERR_CLIENTID_BUSY;
    client->phase.store(Client::Phase::gone, std::memory_order_release);
  }
  end_locked(client, false);
  return NFS4_OK;
}

// --- leases ------------------------------------------------------------------------------------------------

Nanos Clients::lease_end(const Client& c) const {
  return c.renewed.load(std::memory_order_relaxed) + state_.lease();
}
bool Clients::lapsed(const Client& c) const { return lease_end(c) <= state_.now(); }
bool Clients::has_name(const Client& c) { return has_state(c) && !lapsed(c); }

Nanos Clients::lease_due(u32 number, Nanos now) {
  std::lock_guard lock(mutex_);
  Ref<Client> client = find(client_id(epoch_, number)).client;
  if (!client) return 0;
  const Nanos ends = lease_end(*client);
  if (ends > now) {
    end_courtesy_locked(*client);
    forget_idle_owners(state_, *client, now);
    return ends;
  }
  if (state_.server.faults.check(fault::Point::state_lease_expire, {.client = client->id.value}))
    return now + state_.lease();
  const bool confirmed = client->confirmed();
  const Nanos last = ends + state_.server.limits.courtesy;
  if (confirmed && has_locks(*client) && last > now) {
    // Whoever waits for a lock has said already that it is wanted.
    if (state_.waited_for(*client))
      expire_locked(client);
    else
      be_courteous_locked(*client);
    // It may come back any time, and its lease is then to be watched as before.
    return client->gone() ? 0 : std::min(now + state_.lease(), last);
  }
  end_locked(client, confirmed);
  tell_expired(*client, confirmed);
  return 0;
}

// --- courtesy ----------------------------------------------------------------------------------------------

bool Clients::has_locks(const Client& c) {
  std::lock_guard lock(c.mutex);
  return c.has_locks_locked();
}

void Clients::be_courteous_locked(Client& client) {
  if (std::exchange(client.courtesy, true)) return;
  courteous_.push_back(client.number);
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4ClientCourtesy{client.id.value});
  while (courteous_.size() > state_.server.limits.courtesy_clients) {
    Ref<Client> first = find(client_id(epoch_, courteous_.front())).client;
    end_courtesy_locked(*first);
    if (lapsed(*first)) end_locked(first, true);
  }
}

void Clients::end_courtesy_locked(Client& client) {
  if (std::exchange(client.courtesy, false)) courteous_.remove(client.number);
}

bool Clients::expire(u32 number) {
  // As a rule it is alive, and everybody who is refused asks.
  if (const Ref<Client> c = find(client_id(epoch_, number)).client; c && !lapsed(*c)) return false;
  std::lock_guard lock(mutex_);
  Ref<Client> client = find(client_id(epoch_, number)).client;
  // One that is gone has lost its state: whoever met it judges again.
  if (!client) return true;
  if (!lapsed(*client)) return false;
  {
    std::lock_guard held(client->mutex);
    if (client->states == 0) return false;  // it is not what stands in the way
  }
  expire_locked(client);
  return true;
}

void Clients::end_lease(clientid4 id) {
  std::lock_guard lock(mutex_);
  const Ref<Client> client = find(id).client;
  if (!client) return;
  client->renew(state_.now() - state_.lease());
  expire_locked(client);
}

void Clients::expire_locked(const Ref<Client>& client) {
  tell_expired(*client, true);
  if (client->facet == Facet::v40) return end_locked(client, true);
  // Its sessions stay: over them it is told.
  state_.recovery.roster.forget(*client);
  state_.expire(*client);
}

void Clients::tell_expired(const Client& client, bool confirmed) {
  if (Trace& trace = state_.server.trace; trace.enabled())
    trace.emit(event::Nfs4ClientExpired{client.id.value, confirmed});
}

}  // namespace dfs::nfs4
