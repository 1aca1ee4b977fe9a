#include "protocols/nfs4/callback/cb_recall.h"

#include <algorithm>

namespace dfs::nfs4 {
namespace {

constexpr Nanos kFirstPause = 100 * kMillisecond, kLongestPause = 5 * kSecond;

CbOps recall_of(Callbacks& callbacks, Delegation& d) {
  nfs4_cb::CB_RECALL4args a{};
  ReferringCall given_by;
  {
    std::lock_guard lock(d.file->mutex());
    a.stateid = d.stateid();
    given_by = d.given_by;
  }
  a.truncate = false;
  a.fh = Bytes{d.handle.data(), fs::kHandleSize};
  return std::move(CbOps().add(nfs4_cb::OP_CB_RECALL, a).about(given_by, callbacks.state()));
}

}  // namespace

// A client that does not know the stateid may not have seen the reply that gave it (RFC 8881 2.10.6.3), one
// that says DELAY is busy, and one that cannot be reached may come back: each is asked again, less often each
// time. One that agreed is given its time.
Task<bool> recall(Callbacks& callbacks, const Ref<Delegation>& d, const Clock& clock, Nanos deadline) {
  const CbOps ops = recall_of(callbacks, *d);
  Nanos pause = kFirstPause;
  while (d->ended.load() == 0) {
    Async<CbResult> calling = callbacks.call(Ref<Client>::share(&d->client()), ops);
    const CbResult r = co_await calling;
    const Nanos left = deadline - clock.now();
    if (d->ended.load() != 0) break;
    if (left <= 0) co_return false;
    const Nanos wait = r.ok() ? left : std::min(left, pause);
    const Waits::Woken woken = co_await callbacks.waits.until_changed(d->ended, 0, wait);
    if (woken == Waits::Woken::stopped) co_return true;  // the server ends, and the delegation with it
    pause = std::min(2 * pause, kLongestPause);
  }
  co_return true;
}

}  // namespace dfs::nfs4
