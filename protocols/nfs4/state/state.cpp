#include "protocols/nfs4/state/state.h"

#include "engine/base/log.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/lock_notify.h"
#include "protocols/nfs4/state/trace.h"

namespace dfs::nfs4 {
namespace {

Epoch draw_epoch(Random& random) {
  const auto epoch = static_cast<Epoch>(random.next());
  // All zeros and all ones begin special stateids.
  return epoch == 0 || epoch == UINT32_MAX ? 1 : epoch;
}

std::string identity_of(const fs::ExportTable& exports) {
  std::string name = "dittofs-";
  if (exports.all().empty()) return name;
  for (u8 byte : exports.all().front()->file_system->uuid()) name += fmt::format("{:02x}", byte);
  return name;
}

}  // namespace

State::State(Nfs4& s)
    : server(s),
      epoch(draw_epoch(s.random)),
      records(s.random),
      sessions(s.random),
      recovery(*this),
      persistence(*this),
      clients(*this, epoch),
      callbacks(*this),
      delegations(*this),
      directories(*this),
      copies(*this),
      identity_(identity_of(s.exports)) {}

State::~State() { clients.clear(); }

void State::draw(void* out, size_t n) { server.random.fill(out, n); }
Nanos State::now() const { return server.clock.now(); }
Nanos State::lease() const { return server.limits.lease; }

// --- leases ------------------------------------------------------------------------------------------------

void State::start(Loop& loop, rpc::Streams* streams) {
  if (streams != nullptr) callbacks.start(loop, *streams);
  {
    std::lock_guard lock(mutex_);
    loop_ = &loop;
  }
  arm();
  recovery.start(loop);
  persistence.start(loop);
}

void State::stop() {
  persistence.stop();
  recovery.stop();
  std::lock_guard lock(mutex_);
  if (loop_ != nullptr && timer_ != 0) loop_->cancel(timer_);
  loop_ = nullptr;
  timer_ = 0;
}

void State::watch(const Client& client) {
  const Nanos due = client.renewed.load(std::memory_order_relaxed) + lease();
  if (!leases_.add(due, client.number)) return;
  std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  if (loop_->on_this_thread()) return arm_locked();
  loop_->submit([this] { arm(); });
}

void State::arm() {
  std::lock_guard lock(mutex_);
  if (loop_ != nullptr) arm_locked();
}

void State::arm_locked() {
  if (timer_ != 0) loop_->cancel(timer_);
  timer_ = 0;
  const Nanos next = leases_.next();
  if (next != LLONG_MAX) timer_ = loop_->after(std::max<Nanos>(0, next - now()), [this] { look(); });
}

void State::look() {
  const Nanos time = now();
  for (u32 number : leases_.take_due(time))
    if (const Nanos again = clients.lease_due(number, time); again != 0) leases_.add(again, number);
  std::lock_guard lock(mutex_);
  timer_ = 0;
  if (loop_ != nullptr) arm_locked();
}

// --- sessions ----------------------------------------------------------------------------------------------

Ref<Session> State::find_session(const sessionid4& id) {
  if (get_be32(&id[0]) != epoch) return {};
  Ref<Session> session = sessions.find({get_be32(&id[4]), get_be32(&id[8])}).record;
  if (session && session->id != id) return {};
  return session;
}

void State::remove_session(Session& session) {
  sessions.remove(session.number, Gone::closed);
  trace_ended(server.trace, session);
  Ref<Session> last;
  {
    std::lock_guard lock(session.client->mutex);
    auto& of = session.client->sessions;
    for (auto it = of.begin(); it != of.end(); ++it) {
      if (it->get() != &session) continue;
      last = std::move(*it);
      of.erase(it);
      break;
    }
  }
  if (last) callbacks.forget(*last);
}

// --- clients -----------------------------------------------------------------------------------------------

nfsstat4 client_of_40(State& state, clientid4 id, Ref<Client>* out) {
  Clients::Found found = state.clients.find(id);
  if (!found.client) return found.expired ? NFS4ERR_EXPIRED : NFS4ERR_STALE_CLIENTID;
  if (found.client->facet != Facet::v40 || !found.client->confirmed()) return NFS4ERR_STALE_CLIENTID;
  found.client->renew(state.now());
  *out = std::move(found.client);
  return NFS4_OK;
}

// --- the end of a client -----------------------------------------------------------------------------------

// What they take out under the client's mutex is let go after it: whoever still works with it holds it.

std::vector<Ref<StateRecord>> State::take_locks_locked(Client& client) {
  std::vector<Ref<StateRecord>> out;
  client.states = 0;
  for (auto& [file, d] : client.delegations) out.push_back(Ref<StateRecord>::share(d.get()));
  client.delegations.clear();
  for (auto& [name, owner] : client.lock_owners) {
    for (auto& [file, locks] : owner->locks) out.push_back(Ref<StateRecord>::share(locks.get()));
    owner->locks.clear();
  }
  for (auto& [name, owner] : client.open_owners) {
    for (auto& [file, open] : owner->opens) {
      open->locks.clear();
      out.push_back(Ref<StateRecord>::share(open.get()));
    }
    owner->opens.clear();
    if (owner->closed) out.push_back(std::exchange(owner->closed, {}));
  }
  return out;
}

void State::drop(Client& client, Gone why) {
  std::vector<Ref<Session>> sessions_of;
  std::vector<Ref<StateRecord>> states_of;
  Client::Owners open_owners, lock_owners;
  Ref<StateOwner> delegation_owner;
  {
    std::lock_guard lock(client.mutex);
    states_of = take_locks_locked(client);
    sessions_of.swap(client.sessions);
    open_owners.swap(client.open_owners);
    lock_owners.swap(client.lock_owners);
    // It refers to the client, as all owners do.
    delegation_owner = std::exchange(client.delegation_owner, {});
  }
  for (Ref<Session>& s : sessions_of) {
    s->kill();
    sessions.remove(s->number, why);
    trace_ended(server.trace, *s);
    callbacks.forget(*s);
  }
  callbacks.forget(client);
  copies.drop(client);
  delegations.wants.forget(client);
  for (Ref<StateRecord>& r : states_of) end(*r, why);
}

void State::expire(Client& client) {
  std::vector<Ref<StateRecord>> states_of;
  Client::Owners open_owners, lock_owners;
  {
    std::lock_guard lock(client.mutex);
    states_of = take_locks_locked(client);
    open_owners.swap(client.open_owners);
    lock_owners.swap(client.lock_owners);
    client.all_expired = true;
    for (const Ref<StateRecord>& r : states_of) client.revoked[r->other] = Revoked::expired;
    client.decide_sequence_flags_locked();
  }
  delegations.wants.forget(client);
  for (Ref<StateRecord>& r : states_of) end(*r, Gone::expired);
}

bool State::waited_for(const Client& client) const {
  std::lock_guard held(client.mutex);
  for (const auto& [name, owner] : client.lock_owners)
    for (const auto& [key, locks] : owner->locks) {
      std::lock_guard lock(locks->file->mutex());
      for (const state::LockQueue::Waiter& w : locks->file->waiting.waiters())
        if (!w.owner->same_client(owner->who)) return true;
    }
  return false;
}

void State::add(const Ref<StateRecord>& record) {
  records.add(record, [&](Registry<StateRecord>::Number n) {
    record->number = n;
    record->other = stateid_other(epoch, record->kind, n);
  });
  trace_begun(server.trace, *record);
}

void State::end(StateRecord& record, Gone why) {
  Ref<FileHold> last;
  bool lived;
  {
    TellWaiters tell(*this, *record.file);
    std::lock_guard lock(record.file->mutex());
    lived = record.live;
    last = record.withdraw_locked();
    tell.look(record.leave_queue_locked());
  }
  records.remove(record.number, why);
  if (lived) trace_ended(server.trace, record, why);
  if (lived && record.kind == StateKind::delegation) delegations.ended(static_cast<Delegation&>(record));
}

Ref<FileHold> StateRecord::withdraw_locked() {
  if (!std::exchange(live, false)) return {};
  switch (kind) {
    case StateKind::open:
      file->claims.drop_share(owner->who);
      break;
    case StateKind::copy:  // has no record of this sort
      break;
    case StateKind::lock:
      file->claims.unlock(owner->who, {});
      break;
    case StateKind::delegation:
      file->claims.take_back(static_cast<Delegation*>(this)->grant);
      break;
  }
  return std::exchange(hold, {});
}

state::LockQueue::Waiters StateRecord::leave_queue_locked() {
  if (kind != StateKind::open) return {};
  for (const state::Share& s : file->claims.shares())
    if (s.owner->same_client(owner->who)) return {};
  return file->waiting.leave_client(owner->who);
}

// --- opens and what they hold ------------------------------------------------------------------------------

namespace {

void note(fs::FsError e) {
  if (e != fs::FsError::ok) log::error("a removed file's data could not be erased: {}", fs::name(e));
}

Task<void> release_later(Async<fs::FsError> releasing) { note(co_await releasing); }

}  // namespace

void State::release(fs::FileSystem& fs, fs::FileId id) {
  Async<fs::FsError> releasing = fs.release(id);
  if (releasing.ready()) return note(std::move(releasing).get());
  if (Loop* loop = Loop::current(); loop != nullptr)
    loop->scope().spawn(release_later(std::move(releasing)));
  else
    note(run_blocking(std::move(releasing)));
}

FileHold::FileHold(State& state, fs::FileSystem& fs, fs::FileId id) : state_(state), fs_(fs), id_(id) {
  fs_.hold(id_);
}
FileHold::~FileHold() { state_.release(fs_, id_); }

}  // namespace dfs::nfs4
