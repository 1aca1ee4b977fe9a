#pragma once

#include <set>

#include "engine/fault/registry.h"
#include "python/bindings/server/callback_thread.h"

namespace dfs::python {

// Functions of a script that fault rules call. They live in Python, by number; here is known which there are.
// Made and destroyed with the GIL.
class FaultHooks final : public fault::Hooks {
 public:
  // run(function, rule, hit) calls one, whatever becomes of it, and says whether it returned something true;
  // it does not raise. `hit` is a dictionary.
  FaultHooks(std::shared_ptr<CallbackThread> thread, pybind11::object run)
      : thread_(std::move(thread)), run_(std::move(run)) {}

  void add(u64 function);
  void remove(u64 function);
  // Waits until all that was told so far has been heard.
  void settle();

  bool knows(u64 function) const override;
  Task<bool> ask(u64 function, u64 rule, const fault::Context& c) override;
  void tell(u64 function, u64 rule, const fault::Context& c) override;

 private:
  const std::shared_ptr<CallbackThread> thread_;
  const pybind11::object run_;
  mutable std::mutex mutex_;
  std::set<u64> functions_;  // changes under mutex_
};

}  // namespace dfs::python
