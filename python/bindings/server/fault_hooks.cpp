#include "python/bindings/server/fault_hooks.h"

#include <future>

namespace dfs::python {

namespace py = pybind11;

namespace {

// A context that outlives the request it is of.
struct Hit {
  explicit Hit(const fault::Context& c)
      : context(c),
        detail(c.detail),
        name(c.name),
        proc(c.proc.empty() ? c.detail : c.proc),
        session(c.session),
        op(c.op),
        fh(c.fh) {}
  fault::Context context;  // its views are not looked at
  std::string detail, name, proc, session, op, fh;

  py::dict dictionary() const {
    using namespace py::literals;
    const fault::Context& c = context;
    const bool placed = c.index != fault::Context::kNoIndex;
    return py::dict(
        "detail"_a = detail, "conn"_a = c.conn, "bytes"_a = c.bytes, "uid"_a = c.uid, "xid"_a = c.xid,
        "file"_a = c.file, "name"_a = py::bytes(name).attr("decode")("utf-8", "surrogateescape"),
        "proc"_a = proc, "client"_a = c.client, "session"_a = py::bytes(session), "op"_a = op,
        "index"_a = placed ? py::object(py::int_(c.index)) : py::object(py::none()), "fh"_a = py::bytes(fh));
  }
};

}  // namespace

void FaultHooks::add(u64 function) {
  std::lock_guard lock(mutex_);
  functions_.insert(function);
}
void FaultHooks::remove(u64 function) {
  std::lock_guard lock(mutex_);
  functions_.erase(function);
}
bool FaultHooks::knows(u64 function) const {
  std::lock_guard lock(mutex_);
  return functions_.contains(function);
}

void FaultHooks::settle() {
  py::gil_scoped_release release;
  auto heard = std::make_shared<std::promise<void>>();
  thread_->post([heard] { heard->set_value(); });
  heard->get_future().wait();
}

Task<bool> FaultHooks::ask(u64 function, u64 rule, const fault::Context& c) {
  Task<bool> asking = thread_->call(
      [this, function, rule, hit = Hit(c)] { return run_(function, rule, hit.dictionary()).cast<bool>(); });
  co_return co_await asking;
}

void FaultHooks::tell(u64 function, u64 rule, const fault::Context& c) {
  thread_->post([this, function, rule, hit = Hit(c)] { run_(function, rule, hit.dictionary()); });
}

}  // namespace dfs::python
