#pragma once

#include <memory>

#include "engine/fs/rider.h"
#include "engine/loop/then.h"
#include "protocols/nfs4/compound.h"

namespace dfs::nfs4 {

// Puts an operation's result down in the update that makes its change.
template <class Out, class Finish>
class Recorder final : public fs::Rider<Out> {
 public:
  Recorder(Compound& c, Finish finish) : finish(std::move(finish)), c_(c) {}
  fs::FsError ride(fs::MetadataTxn& txn, const Out& out) override {
    const Current before = c_.current;
    const auto result = finish(out);
    const fs::FsError e = c_.put_down(txn, &result);
    // The update may come to nothing yet.
    c_.current = before;
    return e;
  }
  Finish finish;

 private:
  Compound& c_;
};

// Null where nothing is to be put down.
template <class Out, class Finish>
std::unique_ptr<Recorder<Out, Finish>> recorder_of(Compound& c, Finish finish) {
  if (!c.persistent) [[likely]]
    return {};
  return std::make_unique<Recorder<Out, Finish>>(c, std::move(finish));
}

struct NothingToTell {
  template <class Out>
  void operator()(const Out&) const {}
};

// An operation that makes one change: begin(rider) makes it, tell(its outcome) is called when it succeeded
// (see tell.h), finish(its outcome) is the result and leaves the filehandles as they are after it. In a
// persistent session the result becomes durable with the change (RFC 8881 2.10.6.5); finish() is then called
// twice.
template <class Out, class Begin, class Finish, class Tell = NothingToTell>
auto recorded(Compound& c, Begin&& begin, Finish finish, Tell tell = {}) {
  using Rider = fs::Rider<Out>;
  if (!c.persistent) [[likely]]
    return then(begin(static_cast<Rider*>(nullptr)), [finish = std::move(finish), tell](const Out& out) {
      if (out.error == fs::FsError::ok) tell(out);
      return finish(out);
    });
  auto recorder = std::make_unique<Recorder<Out, Finish>>(c, std::move(finish));
  Async<Out> changing = begin(static_cast<Rider*>(recorder.get()));
  return then(std::move(changing), [recorder = std::move(recorder), tell](const Out& out) {
    if (out.error == fs::FsError::ok) tell(out);
    return recorder->finish(out);
  });
}

}  // namespace dfs::nfs4
