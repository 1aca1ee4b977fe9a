#pragma once

#include <mutex>

#include "engine/base/random.h"
#include "engine/fault/registry.h"
#include "engine/loop/loop.h"
#include "engine/state/claimed_files.h"

namespace dfs::nfs4 {
struct Nfs4;
}

namespace dfs::server {

// What fault rules do to a server beside its requests: power cuts, leases that end, state that is revoked,
// timers that run late and numbers that are not drawn.
class FaultEffects final : public fault::Effects, public Random::Tap {
 public:
  FaultEffects(fault::Registry& faults, Random& random);
  ~FaultEffects() override;

  // Requests are served by this from now on; nullptr: by nobody.
  void serve(nfs4::Nfs4* nfs4) { nfs4_.store(nfs4); }
  // Before it starts.
  void tap_timers(Loop& loop);

  // Whether a rule has cut the power, and wants to have the server started again.
  enum class Fate : u8 { none, crash, restart };
  Fate fate() const;
  // Told once when one does, by the request it happens to; whoever is told has somebody else finish it.
  void on_crashed(UniqueFunction<void()> tell);

  void crashed(bool restart) override;
  void expire(u64 client, const fault::Context& c) override;
  void revoke(std::string_view stateid, bool only_delegations, const fault::Context& c) override;
  void recall(const fault::Context& c) override;
  std::optional<u64> draw() override;

 private:
  // The file that a request is about.
  std::optional<state::FileKey> file_of(const nfs4::Nfs4& nfs4, const fault::Context& c) const;

  fault::Registry& faults_;
  Random& random_;
  std::atomic<nfs4::Nfs4*> nfs4_{nullptr};
  mutable std::mutex mutex_;
  // changes under mutex_
  UniqueFunction<void()> tell_;
  Fate fate_ = Fate::none;
};

}  // namespace dfs::server
