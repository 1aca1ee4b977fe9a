#include "python/bindings/server/handlers.h"

#include <pybind11/stl.h>

#include "python/bindings/server/bindings.h"

namespace dfs::python {

namespace py = pybind11;

bool HandledCall::send(Wish wish) {
  std::lock_guard lock(mutex_);
  if (home_ == nullptr) return false;
  home_->submit([self = shared_from_this(), wish = std::move(wish)]() mutable {
    self->wishes_.push_back(std::move(wish));
    if (self->waiter_) std::exchange(self->waiter_, nullptr).resume();
  });
  return true;
}

HandledCall::Wish HandledCall::Next::await_resume() {
  Wish wish = std::move(call_.wishes_.front());
  call_.wishes_.pop_front();
  return wish;
}

bool HandledCall::run_builtin(std::optional<std::string> args, std::optional<std::string>* result) {
  if (!send({true, std::move(args), {}})) return false;
  bool delivered = false;
  threads_->step_aside([&] {
    std::unique_lock lock(mutex_);
    change_.wait(lock, [&] { return delivered_ || home_ == nullptr; });
    delivered = std::exchange(delivered_, false);
    *result = std::move(result_);
  });
  return delivered;
}

void HandledCall::answer(rpc::HookAnswer answer) { send({false, {}, std::move(answer)}); }

void HandledCall::deliver(std::optional<std::string> result) {
  std::lock_guard lock(mutex_);
  result_ = std::move(result);
  delivered_ = true;
  change_.notify_all();
}

void HandledCall::close() {
  std::lock_guard lock(mutex_);
  home_ = nullptr;
  change_.notify_all();
}

PythonHook::PythonHook(py::object dispatch)
    : threads_(std::make_shared<ScriptThreads>()),
      dispatch_(new py::object(std::move(dispatch)), [](py::object* o) {
        py::gil_scoped_acquire gil;
        delete o;
      }) {}

PythonHook::~PythonHook() { threads_->stop(); }

Task<rpc::HookAnswer> PythonHook::ask(rpc::HookQuestion question, rpc::Builtin& builtin) {
  const auto call = std::make_shared<HandledCall>(*Executor::current(), threads_, std::move(question));
  {
    std::lock_guard lock(mutex_);
    asked_.insert(call);
  }
  threads_->post([call, dispatch = dispatch_] {
    try {
      (*dispatch)(call);
    } catch (py::error_already_set& e) {  // a fault of the dispatcher: what scripts throw it reports itself
      e.restore();
      PyErr_Print();
    }
    call->answer({});  // where nothing was said
  });
  for (;;) {
    HandledCall::Next waiting(*call);
    HandledCall::Wish wish = co_await waiting;
    if (wish.builtin) {
      Task<std::optional<std::string>> running = builtin.run(std::move(wish.args));
      call->deliver(co_await running);
      continue;
    }
    call->close();
    std::lock_guard lock(mutex_);
    asked_.erase(call);
    co_return std::move(wish.answer);
  }
}

void PythonHook::abandon() {
  std::lock_guard lock(mutex_);
  for (const auto& call : asked_) call->answer({});
}

namespace {

py::object value_of(const std::variant<u64, std::string>& v) {
  if (const auto* number = std::get_if<u64>(&v)) return py::int_(*number);
  return py::bytes(std::get<std::string>(v));
}

py::dict facts(const rpc::HookQuestion& q) {
  py::dict out;
  out["connection"] = q.connection;
  out["xid"] = q.xid;
  out["flavor"] = static_cast<u32>(q.caller.flavor);
  out["uid"] = q.caller.uid;
  out["gid"] = q.caller.gid;
  out["gids"] = py::cast(std::vector<u32>(q.caller.groups().begin(), q.caller.groups().end()));
  out["peer"] = q.peer.str();
  for (const auto& f : q.facts) out[f.name] = value_of(f.value);
  return out;
}

}  // namespace

void bind_handlers(py::module_& m) {
  py::class_<HandledCall, std::shared_ptr<HandledCall>>(m, "HandledCall",
                                                        "A request in the hands of a script.")
      .def_property_readonly("key",
                             [](const HandledCall& c) {
                               const rpc::HandlerKey& k = c.question.key;
                               return py::make_tuple(k.program, k.version, k.procedure, k.operation);
                             })
      .def_property_readonly("args", [](const HandledCall& c) { return py::bytes(c.question.args); })
      .def_property_readonly("facts", [](const HandledCall& c) { return facts(c.question); })
      .def(
          "run_builtin",
          [](HandledCall& c, std::optional<std::string> args) -> std::optional<py::bytes> {
            std::optional<std::string> result;
            bool running;
            {
              py::gil_scoped_release release;
              running = c.run_builtin(std::move(args), &result);
            }
            if (!running) throw std::runtime_error("the server has stopped");
            if (!result) return std::nullopt;
            return py::bytes(*result);
          },
          py::arg("args") = py::none(), "The XDR of the result; None where there is none.")
      .def(
          "answer",
          [](HandledCall& c, const std::string& result) {
            c.answer({rpc::HookAnswer::Kind::result, result});
          },
          py::arg("result"))
      .def("silence",
           [](HandledCall& c) {
             c.answer({rpc::HookAnswer::Kind::silence, {}});
           })
      .def("failed", [](HandledCall& c) { c.answer({}); });
}

}  // namespace dfs::python
