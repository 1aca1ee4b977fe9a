#include "protocols/nfs4/state/recovery.h"

#include "engine/base/log.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {
namespace {

// The roster is kept where the server's identity comes from.
fs::MetadataStore* store_of(const fs::ExportTable& exports) {
  return exports.all().empty() ? nullptr : &exports.all().front()->file_system->metadata();
}

Task<void> sweep_later(fs::FileSystem& fs) {
  Async<fs::FsError> sweeping = fs.sweep_orphans();
  if (const fs::FsError e = co_await sweeping; e != fs::FsError::ok)
    log::error("removed files could not be erased after the grace period: {}", fs::name(e));
}

}  // namespace

Recovery::Recovery(State& state)
    : roster(store_of(state.server.exports), static_cast<u32>(state.lease() / kSecond), state.server.faults),
      state_(state) {}

// --- the grace period --------------------------------------------------------------------------------------

std::string Recovery::begin() {
  if (const fs::FsError e = run_blocking(roster.load()); e != fs::FsError::ok)
    return fmt::format("the roster of NFSv4 clients cannot be read: {}", fs::name(e));
  const bool skipped = state_.server.faults.check(fault::Point::state_grace_begin, {}).has_value();
  if (const auto left = roster.entries(); !left.empty() && !skipped) {
    // As long as the lease that they were told: so much later one may notice that the server was away.
    Nanos period = state_.server.limits.grace;
    for (const Roster::Entry& e : left) period = std::max(period, e.lease * kSecond);
    ends_ = state_.now() + period;
    in_grace_ = true;
    if (Trace& trace = state_.server.trace; trace.enabled())
      trace.emit(event::Nfs4GraceBegun{static_cast<u64>(period / kSecond)});
    return {};
  }
  for (const auto& e : state_.server.exports.all())
    if (const fs::FsError error = run_blocking(e->file_system->sweep_orphans()); error != fs::FsError::ok)
      return fmt::format("removed files of {} cannot be erased: {}", e->path, fs::name(error));
  return {};
}

void Recovery::start(Loop& loop) {
  std::lock_guard lock(mutex_);
  loop_ = &loop;
  if (in_grace()) end_later_locked(left());
}

void Recovery::end_later_locked(Nanos after) {
  timer_ = loop_->after(after, [this] {
    timer_ = 0;
    end_grace();
    std::lock_guard lock(mutex_);
    if (in_grace() && loop_ != nullptr) end_later_locked(state_.lease());  // a fault rule keeps it
  });
}

void Recovery::stop() {
  std::lock_guard lock(mutex_);
  if (loop_ != nullptr && timer_ != 0) loop_->cancel(timer_);
  loop_ = nullptr;
  timer_ = 0;
}

Nanos Recovery::left() const { return in_grace() ? std::max<Nanos>(0, ends_ - state_.now()) : 0; }

void Recovery::end_grace() {
  std::lock_guard lock(mutex_);
  if (!in_grace() || state_.server.faults.check(fault::Point::state_grace_end, {})) return;
  // First they are out of the roster: whoever sees that the grace period is over waits for that to be
  // durable.
  roster.drop_absent();
  in_grace_.store(false, std::memory_order_release);
  if (Trace& trace = state_.server.trace; trace.enabled()) trace.emit(event::Nfs4GraceEnded{});
  if (loop_ == nullptr) return;
  loop_->submit([this] {
    std::lock_guard held(mutex_);
    if (loop_ == nullptr) return;  // the next start sweeps
    if (timer_ != 0) loop_->cancel(timer_);
    timer_ = 0;
    for (const auto& e : state_.server.exports.all()) loop_->scope().spawn(sweep_later(*e->file_system));
  });
}

// --- clients -----------------------------------------------------------------------------------------------

void Recovery::confirmed(Client& client) {
  if (!in_grace()) return;
  {
    std::lock_guard lock(client.mutex);
    client.may_reclaim = roster.left_by(client);
    client.decide_sequence_flags_locked();
  }
  roster.succeeded_by(client);
  if (roster.all_complete()) end_grace();
}

nfsstat4 Recovery::complete(Client& client) {
  {
    std::lock_guard lock(client.mutex);
    if (std::exchange(client.reclaim_complete, true)) return NFS4ERR_COMPLETE_ALREADY;
    client.decide_sequence_flags_locked();
  }
  if (!in_grace()) return NFS4_OK;
  roster.complete(client);
  if (roster.all_complete()) end_grace();
  return NFS4_OK;
}

nfsstat4 Recovery::judge(Client& client, Taking how) const {
  if (how == Taking::delegated) return NFS4_OK;
  std::lock_guard lock(client.mutex);
  const bool grace = in_grace();
  if (how == Taking::reclaim) {
    if (!grace || client.reclaim_complete) return NFS4ERR_NO_GRACE;
    return client.may_reclaim ? NFS4_OK : NFS4ERR_RECLAIM_BAD;
  }
  // RFC 8881 18.51.3: first a client says that it has reclaimed what it wants to.
  if (client.facet != Facet::v40 && !client.reclaim_complete) return NFS4ERR_GRACE;
  return grace ? NFS4ERR_GRACE : NFS4_OK;
}

Async<nfsstat4> Recovery::admit(Client& client, Taking how) {
  if (const nfsstat4 s = judge(client, how); s != NFS4_OK) return s;
  return then(roster.admit(client), [](fs::FsError e) { return to_status(e); });
}

nfsstat4 not_in_grace(const State& state) { return state.recovery.in_grace() ? NFS4ERR_GRACE : NFS4_OK; }

}  // namespace dfs::nfs4
