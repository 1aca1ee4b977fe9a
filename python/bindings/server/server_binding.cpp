#include "python/bindings/server/bindings.h"

#include <pybind11/stl.h>

#include "protocols/server/server.h"
#include "python/bindings/server/fault_hooks.h"
#include "python/bindings/server/handlers.h"
#include "python/bindings/server/python_stores.h"

namespace dfs::python {
namespace {

namespace py = pybind11;
using server::Config;

[[noreturn]] void refuse(const std::string& what) { throw py::value_error(what); }

// A server in this process. Every call that may block releases the GIL; close() is explicit, the destructor
// only cleans up after a script that forgot.
class InProcessServer {
 public:
  InProcessServer(const std::map<std::string, std::string>& settings, const std::vector<std::string>& exports,
                  std::shared_ptr<ManualClock> clock, std::shared_ptr<CallbackThread> thread,
                  py::object metadata, py::object content, u64 capacity, const py::object& dispatch,
                  bool listen, py::object run_hook)
      : clock_(std::move(clock)), thread_(std::move(thread)), fault_hooks_(thread_, std::move(run_hook)) {
    if (!dispatch.is_none()) hook_ = std::make_unique<PythonHook>(dispatch);
    Config config;
    for (const auto& [path, value] : settings)
      if (std::string error = server::set(config, path, value); !error.empty()) refuse(error);
    for (const auto& text : exports)
      if (std::string error = server::add_export(config, text); !error.empty()) refuse(error);
    server_ = std::make_unique<server::Server>(
        config, server::Parts{clock_.get(), factory(metadata, content, capacity), listen, hook_.get()});
    server_->faults().set_hooks(&fault_hooks_);
  }
  ~InProcessServer() {
    py::gil_scoped_release release;
    server_.reset();
  }

  void start() {
    check([&] { return server_->start(); });
  }
  void stop() {
    check([&] { return server_->stop(); });
  }
  void crash() {
    py::gil_scoped_release release;
    server_->crash();
  }
  // A power cut leaves no rules: keep_rules() before it, adopt_rules() before the start of the server that takes
  // its place.
  void keep_rules() { rules_ = server_->faults().rules(); }
  void adopt_rules(const InProcessServer& of) { server_->faults().adopt(of.rules_); }
  server::Server& get() { return *server_; }
  FaultHooks& hooks() { return fault_hooks_; }

 private:
  template <class F>
  void check(F run) {
    std::string error;
    {
      py::gil_scoped_release release;
      error = run();
    }
    if (!error.empty()) throw std::runtime_error(error);
  }
  // Stores written in Python take the place of the configured ones, each where it is given.
  server::StoreFactory factory(const py::object& metadata, const py::object& content, u64 capacity) {
    if (metadata.is_none() && content.is_none()) return server::open_configured_stores;
    // A py::object may only be copied with the GIL: the factory runs without it and takes them once.
    auto given = std::make_shared<std::pair<py::object, py::object>>(metadata, content);
    return
        [this, given, capacity](const server::StoreContext& context) -> Result<server::Stores, std::string> {
          auto stores = server::open_configured_stores(context);
          if (!stores) return stores;
          py::gil_scoped_acquire gil;
          if (!given->first.is_none())
            stores->metadata = std::make_unique<PythonMetadata>(*thread_, std::move(given->first));
          if (!given->second.is_none())
            stores->content = std::make_unique<PythonContent>(*thread_, std::move(given->second), capacity);
          return stores;
        };
  }
  std::shared_ptr<ManualClock> clock_;
  std::shared_ptr<CallbackThread> thread_;
  std::vector<fault::RuleRow> rules_;
  FaultHooks fault_hooks_;
  std::unique_ptr<PythonHook> hook_;  // outlives the server
  std::unique_ptr<server::Server> server_;
};

void bind_clock(py::module_& m) {
  py::class_<ManualClock, std::shared_ptr<ManualClock>>(
      m, "ManualClock",
      "Time that moves only when told to; drives every timer of the servers it is given to.")
      .def(py::init([](i64 wall_seconds) {
             return std::make_shared<ManualClock>(WallTime{wall_seconds, 0});
           }),
           py::arg("wall_seconds") = 1'700'000'000)
      .def("advance_ns", &ManualClock::advance, py::arg("nanoseconds"),
           py::call_guard<py::gil_scoped_release>(),
           "Move time forward; timers that fall due run in order before this returns.")
      .def_property_readonly("now_ns", &ManualClock::now)
      .def_property_readonly("wall_seconds", [](const ManualClock& c) { return c.wall().sec; });
}

}  // namespace

void bind_server(py::module_& m) {
  bind_clock(m);
  py::class_<server::LocalClient, std::shared_ptr<server::LocalClient>>(
      m, "LocalClient", "A client without a socket: messages without record marks.")
      .def("call", &server::LocalClient::call, py::arg("message"), py::call_guard<py::gil_scoped_release>())
      .def(
          "receive",
          [](server::LocalClient& l, double limit) -> std::optional<py::bytes> {
            std::optional<std::string> reply;
            {
              py::gil_scoped_release release;
              reply = l.receive(std::chrono::milliseconds(static_cast<i64>(limit * 1000)));
            }
            if (!reply) return std::nullopt;
            return py::bytes(*reply);
          },
          py::arg("limit"), "The next reply; None when it is closed, or none comes within so many seconds.")
      .def("close", &server::LocalClient::close)
      .def_property_readonly("closed", &server::LocalClient::closed);
  py::class_<InProcessServer> c(m, "Server");
  c.def(py::init<const std::map<std::string, std::string>&, const std::vector<std::string>&,
                 std::shared_ptr<ManualClock>, std::shared_ptr<CallbackThread>, py::object, py::object, u64,
                 const py::object&, bool, py::object>(),
        py::arg("settings"), py::arg("exports"), py::arg("clock") = nullptr, py::arg("callbacks") = nullptr,
        py::arg("metadata") = py::none(), py::arg("content") = py::none(), py::arg("capacity") = u64{1} << 40,
        py::arg("dispatch") = py::none(), py::arg("listen") = true, py::arg("run_hook") = py::none())
      .def("start", &InProcessServer::start)
      .def("stop", &InProcessServer::stop)
      .def("crash", &InProcessServer::crash)
      .def("keep_rules", &InProcessServer::keep_rules)
      .def("adopt_rules", &InProcessServer::adopt_rules, py::arg("of"))
      .def_property_readonly("nfs_port", [](InProcessServer& s) { return s.get().ports().nfs; })
      .def_property_readonly("portmap_port", [](InProcessServer& s) { return s.get().ports().portmap; })
      .def_property_readonly("running", [](InProcessServer& s) { return s.get().running(); })
      .def_property_readonly("seed", [](InProcessServer& s) { return s.get().seed(); })
      .def_property_readonly("connections", [](InProcessServer& s) { return s.get().connections(); });
  c.def("state", [](InProcessServer& s) { return state_snapshot(s.get()); });
  c.def("check_state", [](InProcessServer& s) { return state_invariants(s.get()); });
  c.def(
      "end_grace", [](InProcessServer& s) { s.get().end_grace(); }, py::call_guard<py::gil_scoped_release>());
  c.def("arm", [](InProcessServer& s, const py::object& data) { return arm_rule(s.get().faults(), data); });
  c.def("rules", [](InProcessServer& s) { return armed_rules(s.get().faults()); });
  c.def("add_hook", [](InProcessServer& s, u64 function) { s.hooks().add(function); });
  c.def("remove_hook", [](InProcessServer& s, u64 function) { s.hooks().remove(function); });
  c.def("settle_hooks", [](InProcessServer& s) { s.hooks().settle(); });
  c.def("disarm", [](InProcessServer& s, u64 id) { s.get().faults().disarm(id); });
  c.def("release", [](InProcessServer& s, u64 id) { s.get().faults().release(id); });
  c.def("heal", [](InProcessServer& s) { s.get().faults().heal(); });
  c.def("rule_status", [](InProcessServer& s, u64 id) {
    const auto status = s.get().faults().status(id);
    return py::make_tuple(status.hits, status.fired);
  });
  c.def("rule_wait", [](InProcessServer& s, u64 id, u64 times, double limit) {
    py::gil_scoped_release release;
    return s.get().faults().wait_fired(id, times, std::chrono::milliseconds(static_cast<i64>(limit * 1000)));
  });
  c.def("connect_local", [](InProcessServer& s) { return s.get().connect_local(); });
  using Key = std::tuple<u32, u32, u32, u32>;
  c.def("hook", [](InProcessServer& s, const Key& key) {
    s.get().hooks().add(std::make_from_tuple<rpc::HandlerKey>(key));
  });
  c.def("unhook", [](InProcessServer& s, const Key& key) {
    s.get().hooks().remove(std::make_from_tuple<rpc::HandlerKey>(key));
  });
  c.def("trace_enable", [](InProcessServer& s, bool on) { s.get().trace().enable(on); });
  c.def("trace_last", [](InProcessServer& s) { return s.get().trace().last_seq(); });
  c.def("trace_since", [](InProcessServer& s, u64 after) { return trace_since(s.get().trace(), after); });
  c.def("trace_wait", [](InProcessServer& s, u64 after, const std::string& name, const py::dict& fields,
                         double limit) { return trace_wait(s.get().trace(), after, name, fields, limit); });
  c.def("trace_to", [](InProcessServer& s, const std::string& file) {
    py::gil_scoped_release release;
    return s.get().trace_to(file);
  });
  c.def("capture_to", [](InProcessServer& s, const std::string& file, bool append) {
    py::gil_scoped_release release;
    return s.get().capture_to(file, append);
  });
  c.def(
      "capture_flush", [](InProcessServer& s) { s.get().flush_capture(); },
      py::call_guard<py::gil_scoped_release>());
  c.def(
      "capture_stop", [](InProcessServer& s) { s.get().stop_capture(); },
      py::call_guard<py::gil_scoped_release>());
  m.def(
      "trace_events",
      [] {
        py::list out;
        for (const EventInfo& e : event_infos()) {
          py::list fields;
          for (const auto& f : e.fields)
            fields.append(py::make_tuple(f.name, f.number ? "number" : "text", f.meaning));
          out.append(py::make_tuple(e.name, fields, e.meaning));
        }
        return out;
      },
      "Every event of the trace: name, its fields as (name, number or text, meaning), what it means.");
  m.def("settings", [] {
    py::list out;
    for (const auto& s : server::settings(Config{}))
      out.append(py::make_tuple(s.path, s.type, s.fallback, s.help));
    return out;
  });
}

}  // namespace dfs::python
