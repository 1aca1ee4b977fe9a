#include "python/bindings/server/bindings.h"

#include "protocols/server/server.h"

namespace dfs::python {
namespace {

namespace py = pybind11;
using server::Config;

[[noreturn]] void refuse(const std::string& what) { throw py::value_error(what); }

// A server in this process. Every call that may block releases the GIL; close() is explicit, the destructor only
// cleans up after a script that forgot.
class InProcessServer {
 public:
  InProcessServer(const std::map<std::string, std::string>& settings, const std::vector<std::string>& exports,
                  std::shared_ptr<ManualClock> clock)
      : clock_(std::move(clock)) {
    Config config;
    for (const auto& [path, value] : settings)
      if (std::string error = server::set(config, path, value); !error.empty()) refuse(error);
    for (const auto& text : exports) {
      auto e = server::parse_export(text);
      if (!e) refuse(e.error());
      config.exports.push_back(*e);
    }
    server_ = std::make_unique<server::Server>(config, server::Parts{clock_.get(), server::open_configured_stores});
  }
  ~InProcessServer() {
    py::gil_scoped_release release;
    server_.reset();
  }

  void start() { check([&] { return server_->start(); }); }
  void stop() { check([&] { return server_->stop(); }); }
  void crash() {
    py::gil_scoped_release release;
    server_->crash();
  }
  server::Server& get() { return *server_; }

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
  std::shared_ptr<ManualClock> clock_;
  std::unique_ptr<server::Server> server_;
};

void bind_clock(py::module_& m) {
  py::class_<ManualClock, std::shared_ptr<ManualClock>>(
      m, "ManualClock", "Time that moves only when told to; drives every timer of the servers it is given to.")
      .def(py::init([](i64 wall_seconds) { return std::make_shared<ManualClock>(WallTime{wall_seconds, 0}); }),
           py::arg("wall_seconds") = 1'700'000'000)
      .def("advance_ns", &ManualClock::advance, py::arg("nanoseconds"), py::call_guard<py::gil_scoped_release>(),
           "Move time forward; timers that fall due run in order before this returns.")
      .def_property_readonly("now_ns", &ManualClock::now)
      .def_property_readonly("wall_seconds", [](const ManualClock& c) { return c.wall().sec; });
}

}  // namespace

void bind_server(py::module_& m) {
  bind_clock(m);
  py::class_<InProcessServer> c(m, "Server");
  c.def(py::init<const std::map<std::string, std::string>&, const std::vector<std::string>&, std::shared_ptr<ManualClock>>(),
        py::arg("settings"), py::arg("exports"), py::arg("clock") = nullptr)
      .def("start", &InProcessServer::start)
      .def("stop", &InProcessServer::stop)
      .def("crash", &InProcessServer::crash)
      .def_property_readonly("nfs_port", [](InProcessServer& s) { return s.get().ports().nfs; })
      .def_property_readonly("portmap_port", [](InProcessServer& s) { return s.get().ports().portmap; })
      .def_property_readonly("running", [](InProcessServer& s) { return s.get().running(); })
      .def_property_readonly("seed", [](InProcessServer& s) { return s.get().seed(); })
      .def_property_readonly("connections", [](InProcessServer& s) { return s.get().connections(); });
  c.def("arm", [](InProcessServer& s, const std::string& point, const py::dict& trigger, const py::dict& action) {
    return arm_rule(s.get().faults(), point, trigger, action);
  });
  c.def("disarm", [](InProcessServer& s, u64 id) { s.get().faults().disarm(id); });
  c.def("release", [](InProcessServer& s, u64 id) { s.get().faults().release(id); });
  c.def("heal", [](InProcessServer& s) { s.get().faults().heal(); });
  c.def("rule_status", [](InProcessServer& s, u64 id) {
    const auto status = s.get().faults().status(id);
    return py::make_tuple(status.hits, status.fired);
  });
  c.def("trace_enable", [](InProcessServer& s, bool on) { s.get().trace().enable(on); });
  c.def("trace_last", [](InProcessServer& s) { return s.get().trace().last_seq(); });
  c.def("trace_since", [](InProcessServer& s, u64 after) { return trace_since(s.get().trace(), after); });
  c.def("trace_wait", [](InProcessServer& s, u64 after, const std::string& name, const py::dict& fields, double limit) {
    return trace_wait(s.get().trace(), after, name, fields, limit);
  });
  m.def("settings", [] {
    py::list out;
    for (const auto& s : server::settings(Config{})) out.append(py::make_tuple(s.path, s.type, s.fallback, s.help));
    return out;
  });
}

}  // namespace dfs::python
