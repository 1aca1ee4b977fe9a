#include "protocols/nfs4/state/copies.h"

#include <algorithm>

#include "protocols/nfs4/callback/cb_offload.h"
#include "protocols/nfs4/ranges.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/nfs4/status.h"

namespace dfs::nfs4 {
namespace {

// A credential refers to its COMPOUND's groups.
fs::Credential keep(const fs::Credential& who, std::vector<u32>* groups) {
  groups->assign(who.groups.begin(), who.groups.end());
  fs::Credential kept = who;
  kept.groups = *groups;
  return kept;
}

}  // namespace

CopyJob::CopyJob(Ref<Client> c, CopyPlan p)
    : client(std::move(c)),
      plan(std::move(p)),
      from_who_(keep(plan.from.who, &from_groups_)),
      to_who_(keep(plan.to.who, &to_groups_)) {}

std::optional<CopyJob::End> CopyJob::end() const {
  std::lock_guard lock(mutex_);
  return end_;
}

void CopyJob::set_end(const End& e) {
  std::lock_guard lock(mutex_);
  end_ = e;
}

// --- finding -----------------------------------------------------------------------------------------------

Ref<CopyJob> Copies::start(const Ref<Client>& client, CopyPlan plan) {
  auto job = Ref<CopyJob>::adopt(new CopyJob(client, std::move(plan)));
  {
    std::lock_guard lock(mutex_);
    const auto of_client = [&](const Ref<CopyJob>& j) { return j->client.get() == client.get(); };
    if (static_cast<size_t>(std::count_if(jobs_.begin(), jobs_.end(), of_client)) >= kMost) return {};
    Registry<CopyJob>::Number number{next_++ & ((1u << kPlaceBits) - 1), 0};
    state_.draw(&number.nonce, sizeof number.nonce);
    job->stateid = {1, stateid_other(state_.epoch, StateKind::copy, number)};
    jobs_.push_back(job);
  }
  if (!state_.callbacks.spawn([this, job] { return run(job); })) {
    forget(*job);
    return {};
  }
  return job;
}

nfsstat4 Copies::find(Compound& c, const stateid4& id, Ref<CopyJob>* out) {
  const Place& target = c.current.place;
  std::lock_guard lock(mutex_);
  for (const Ref<CopyJob>& job : jobs_) {
    if (job->stateid.other != id.other || job->client.get() != c.session->client.get()) continue;
    // "A copy offload stateid's seqid MUST NOT be zero" (RFC 7862 4.8), and it never changes.
    if (id.seqid != job->stateid.seqid || !target.same_file(job->plan.to)) return NFS4ERR_BAD_STATEID;
    *out = job;
    return NFS4_OK;
  }
  return NFS4ERR_BAD_STATEID;
}

void Copies::forget(const CopyJob& job) {
  Ref<CopyJob> last;  // let go of outside of the mutex
  std::lock_guard lock(mutex_);
  const auto it = std::find_if(jobs_.begin(), jobs_.end(), [&](const auto& j) { return j.get() == &job; });
  if (it == jobs_.end()) return;
  last = std::move(*it);
  jobs_.erase(it);
}

std::vector<Ref<CopyJob>> Copies::all() const {
  std::lock_guard lock(mutex_);
  return jobs_;
}

void Copies::drop(const Client& client) {
  for (const Ref<CopyJob>& job : all()) {
    if (job->client.get() != &client) continue;
    job->cancelled = true;
    forget(*job);
  }
}

Task<void> Copies::cancel(Ref<CopyJob> job) {
  job->cancelled = true;
  forget(*job);
  Waits& waits = state_.callbacks.waits;
  while (job->ended.load() == 0) {
    const Waits::Woken woken = co_await waits.until_changed(job->ended, 0, state_.lease());
    if (woken == Waits::Woken::stopped) co_return;
  }
}

// --- copying -----------------------------------------------------------------------------------------------

Task<CopyJob::End> Copies::copy_all(Ref<CopyJob> job) {
  fs::FileSystem &from = job->plan.from.fs(), &to = job->plan.to.fs();
  CopyJob::End end;
  end.verifier = to.write_verifier();
  end.committed = fs::Stable::file_sync;
  while (job->left() > 0 && !job->cancelled && !state_.callbacks.waits.stopped()) {
    const fs::CopyEnd source = job->source(), target = job->target();
    Async<fs::CopyResult> copying =
        to.copy(from, source, target, std::min(job->left(), kStep), fs::Stable::unstable);
    const fs::CopyResult r = co_await copying;
    if (r.error != fs::FsError::ok) {
      end.status = range_status(r.error);
      break;
    }
    if (r.count == 0) break;  // the source has become shorter
    fs::Telling(&state_.delegations, to, job->client->number).changed(r.file);
    job->count += r.count;
    if (r.committed == fs::Stable::unstable) end.committed = fs::Stable::unstable;
    co_await Yield();
  }
  co_return end;
}

Task<void> Copies::run(Ref<CopyJob> job) {
  co_await Yield();  // the reply to COPY goes out first
  Task<CopyJob::End> copying = copy_all(job);
  job->set_end(co_await copying);
  state_.callbacks.waits.change(job->ended);
  Task<void> telling = tell(job);
  co_await telling;
  forget(*job);
}

// The client learns of the end, whatever becomes of its connections meanwhile.
Task<void> Copies::tell(Ref<CopyJob> job) {
  while (!job->cancelled && !job->client->gone()) {
    const Nanos patience = state_.server.limits.callback_timeout;
    if (Callbacks::available(*job->client)) {
      Async<CbResult> calling = state_.callbacks.call(job->client, cb_offload(*job, state_));
      const CbResult result = co_await calling;
      if (result.answered() && result.status != NFS4ERR_DELAY) co_return;
    }
    const Waits::Woken woken = co_await state_.callbacks.waits.pause(patience);
    if (woken == Waits::Woken::stopped) co_return;
  }
}

}  // namespace dfs::nfs4
