#include "protocols/server/fault_effects.h"

#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/state.h"

namespace dfs::server {

using fault::ActionKind;
using fault::Point;

FaultEffects::FaultEffects(fault::Registry& faults, Random& random) : faults_(faults), random_(random) {
  faults_.set_effects(this);
  random_.set_tap(this);
}

FaultEffects::~FaultEffects() {
  faults_.set_effects(nullptr);
  random_.set_tap(nullptr);
}

void FaultEffects::tap_timers(Loop& loop) {
  loop.set_late([this]() -> Nanos {
    const auto action = faults_.check(Point::clock_tick, {});
    return action && action->kind == ActionKind::delay ? action->nanos() : 0;
  });
}

std::optional<u64> FaultEffects::draw() {
  const auto action = faults_.check(Point::random_draw, {});
  if (!action || action->kind != ActionKind::draw) return {};
  return static_cast<u64>(action->number);
}

FaultEffects::Fate FaultEffects::fate() const {
  std::lock_guard lock(mutex_);
  return fate_;
}

void FaultEffects::on_crashed(UniqueFunction<void()> tell) {
  std::lock_guard lock(mutex_);
  tell_ = std::move(tell);
}

void FaultEffects::crashed(bool restart) {
  std::lock_guard lock(mutex_);
  if (fate_ != Fate::none) return;
  fate_ = restart ? Fate::restart : Fate::crash;
  if (tell_) tell_();
}

void FaultEffects::expire(u64 client, const fault::Context& c) {
  nfs4::Nfs4* nfs4 = nfs4_.load();
  const u64 id = client != 0 ? client : c.client;
  if (nfs4 != nullptr && id != 0) nfs4->state->clients.end_lease(nfs4::clientid4{id});
}

std::optional<state::FileKey> FaultEffects::file_of(const nfs4::Nfs4& nfs4, const fault::Context& c) const {
  fs::HandleTarget target;
  const auto known = [&](const fs::FsUuid& u) { return nfs4.exports.serves(u); };
  if (nfs4.sealer.open(Bytes::of(c.fh), known, target) != fs::HandleSealer::Verdict::ok) return {};
  const fs::Export* ex = nfs4.exports.by_id(target.export_id);
  if (ex == nullptr) return {};
  return state::FileKey{ex->file_system, target.node.id};
}

void FaultEffects::revoke(std::string_view stateid, bool only_delegations, const fault::Context& c) {
  nfs4::Nfs4* nfs4 = nfs4_.load();
  if (nfs4 == nullptr) return;
  nfs4::Other other;
  if (stateid.size() == other.size()) {
    std::memcpy(other.data(), stateid.data(), other.size());
    return nfs4->state->revoke(other);
  }
  if (const auto file = file_of(*nfs4, c)) nfs4->state->revoke_all(*file, only_delegations);
}

void FaultEffects::recall(const fault::Context& c) {
  nfs4::Nfs4* nfs4 = nfs4_.load();
  if (nfs4 == nullptr) return;
  if (const auto file = file_of(*nfs4, c)) nfs4->state->recall_all(*file);
}

}  // namespace dfs::server
