#pragma once

#include <pybind11/pybind11.h>

#include <unordered_set>

#include "protocols/rpc/hooks.h"
#include "python/bindings/server/script_threads.h"

namespace dfs::python {

// A request in the hands of a script. The script runs on a script thread, everything else on the request's
// loop; what the script wants goes there as a message, and is taken up one after the other.
class HandledCall : public std::enable_shared_from_this<HandledCall> {
 public:
  HandledCall(Executor& home, std::shared_ptr<ScriptThreads> threads, rpc::HookQuestion question)
      : question(std::move(question)), threads_(std::move(threads)), home_(&home) {}

  const rpc::HookQuestion question;

  // On a script thread, without the GIL. Has the handler run that is there, and waits for its result: XDR, or
  // nothing where it has none. False: the server has stopped meanwhile.
  bool run_builtin(std::optional<std::string> args, std::optional<std::string>* result);
  // Thread-safe. The first answer is the one that counts.
  void answer(rpc::HookAnswer answer);

  // On the loop.
  struct Wish {
    bool builtin;  // run it; else the answer
    std::optional<std::string> args;
    rpc::HookAnswer answer;
  };
  class Next {
   public:
    explicit Next(HandledCall& call) : call_(call) {}
    bool await_ready() const noexcept { return !call_.wishes_.empty(); }
    void await_suspend(std::coroutine_handle<> h) noexcept { call_.waiter_ = h; }
    Wish await_resume();

   private:
    HandledCall& call_;
  };
  void deliver(std::optional<std::string> result);
  // Nobody takes anything up any more.
  void close();

 private:
  // To the loop, unless the request is over: then there may be no loop any more.
  bool send(Wish wish);

  const std::shared_ptr<ScriptThreads> threads_;
  // on the loop
  std::deque<Wish> wishes_;
  std::coroutine_handle<> waiter_;

  std::mutex mutex_;
  std::condition_variable change_;
  // change under mutex_
  Executor* home_;  // null: closed
  bool delivered_ = false;
  std::optional<std::string> result_;
};

// Asks a Python function, dispatch(HandledCall), in the place of handlers.
class PythonHook final : public rpc::Hook {
 public:
  // With the GIL.
  explicit PythonHook(pybind11::object dispatch);
  ~PythonHook() override;

  Task<rpc::HookAnswer> ask(rpc::HookQuestion question, rpc::Builtin& builtin) override;
  void abandon() override;

 private:
  const std::shared_ptr<ScriptThreads> threads_;
  const std::shared_ptr<pybind11::object> dispatch_;  // goes with the GIL
  std::mutex mutex_;
  std::unordered_set<std::shared_ptr<HandledCall>> asked_;  // changes under mutex_
};

}  // namespace dfs::python
