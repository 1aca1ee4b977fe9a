// The extension module dittofs._wire: codecs of every description, for Python values.
#include <fmt/format.h>

#include "engine/wire/cross_check.h"
#include "engine/wire/diff.h"
#include "engine/wire/json.h"
#include "engine/wire/print.h"
#include "engine/wire/random_value.h"
#include "engine/wire/table_codec.h"
#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/nfs4/nfs4.h"
#include "protocols/nfs4/nfs4_cb.h"
#include "protocols/portmap/portmap.h"
#include "protocols/portmap/rpcbind.h"
#include "protocols/rpc/rpc.h"
#include "python/bindings/wire_convert.h"

namespace dfs::python {
namespace {

using wire::TypeDesc;

enum class Codec { table, compiled };

// Python's objects while the module exists; the process ends with it.
struct State {
  TypeMap types;
  PyObject* decode_error = nullptr;
};

// A Python value as a C++ one.
class Value {
 public:
  Value(TypeMap& types, const TypeDesc& type, py::handle o) : data_(arena_.alloc(type.size, type.align)) {
    from_python(types, type, o, data_, arena_);
  }
  const void* get() const { return data_; }

 private:
  Arena arena_;
  void* data_;
};

py::bytes encode(const TypeDesc& type, const void* value, Codec codec, wire::FieldMap* map = nullptr) {
  SliceList slices;
  BlockCursor cursor(4096);
  {
    wire::Writer w(slices, cursor);
    if (codec == Codec::compiled)
      type.encode(w, value);
    else
      wire::table_encode(type, w, value, map);
  }
  py::bytes out = py::reinterpret_steal<py::bytes>(
      PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(total_size(slices))));
  if (!out) throw py::error_already_set();
  char* to = PyBytes_AS_STRING(out.ptr());
  for (const Slice& s : slices) to = std::copy_n(s.view().data(), s.size(), to);
  return out;
}

// A borrowed bytes-like object.
class Buffer {
 public:
  explicit Buffer(py::handle o) {
    if (PyObject_GetBuffer(o.ptr(), &view_, PyBUF_SIMPLE) != 0) throw py::error_already_set();
  }
  ~Buffer() { PyBuffer_Release(&view_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  const u8* data() const { return static_cast<const u8*>(view_.buf); }
  size_t size() const { return static_cast<size_t>(view_.len); }

 private:
  Py_buffer view_;
};

[[noreturn]] void refuse(const State& state, const TypeDesc& type, const wire::DecodeError& e, size_t start) {
  const std::string what = fmt::format("{}: {} at byte {}", type.name, wire::name(e.kind), start + e.offset);
  py::object error = py::reinterpret_borrow<py::object>(state.decode_error)(what);
  error.attr("kind") = wire::name(e.kind);
  error.attr("offset") = start + e.offset;
  PyErr_SetObject(state.decode_error, error.ptr());
  throw py::error_already_set();
}

// The value that starts at `start`, and where it ends; `whole`: that must be the end of the data.
std::pair<py::object, size_t> decode(State& state, const TypeDesc& type, py::handle data, size_t start,
                                     bool whole, bool strict_padding, Codec codec) {
  const Buffer buffer(data);
  if (start > buffer.size()) throw py::index_error("the data ends before the start");
  Arena arena(256u << 20);
  wire::Reader r(buffer.data() + start, buffer.size() - start, arena);
  r.strict_padding = strict_padding;
  void* value = arena.alloc(type.size, type.align);
  const bool ok = codec == Codec::compiled ? type.decode(r, value) : wire::table_decode(type, r, value);
  if (!ok || (whole && !r.finish())) refuse(state, type, r.error(), start);
  return {to_python(state.types, type, value), start + r.offset()};
}

py::tuple encode_fields(State& state, py::handle handle, py::handle o) {
  const TypeDesc& type = state.types.find(handle);
  const Value value(state.types, type, o);
  wire::FieldMap map;
  py::bytes bytes = encode(type, value.get(), Codec::table, &map);
  py::dict fields;
  for (const auto& f : map.fields()) fields[py::str(f.path)] = py::make_tuple(f.range.begin, f.range.end);
  return py::make_tuple(bytes, fields);
}

py::object random_value(State& state, py::handle handle, u64 seed) {
  const TypeDesc& type = state.types.find(handle);
  Arena arena;
  void* value = arena.alloc(type.size, type.align);
  if (!wire::RandomValues(seed).fill(type, value, arena)) throw std::bad_alloc();
  return to_python(state.types, type, value);
}

// Cross checks run without the GIL: they are all C++.
void require(const std::string& wrong) {
  if (wrong.empty()) return;
  py::gil_scoped_acquire gil;
  PyErr_SetString(PyExc_AssertionError, wrong.c_str());
  throw py::error_already_set();
}

py::dict schemas(const State& state) {
  py::dict out;
  for (const wire::Schema* schema : state.types.schemas()) {
    py::tuple names(schema->type_count);
    for (u32 i = 0; i < schema->type_count; ++i) names[i] = schema->types[i]->name;
    out[schema->name] = names;
  }
  return out;
}

void add_codecs(py::module_& m, State& state) {
  for (const auto& [suffix, codec] : {std::pair{"", Codec::table}, std::pair{"_compiled", Codec::compiled}}) {
    m.def((std::string("encode") + suffix).c_str(), [&state, codec = codec](py::handle type, py::handle o) {
      const TypeDesc& t = state.types.find(type);
      return encode(t, Value(state.types, t, o).get(), codec);
    });
    m.def((std::string("decode") + suffix).c_str(),
          [&state, codec = codec](py::handle type, py::handle data, bool strict_padding) {
            return decode(state, state.types.find(type), data, 0, true, strict_padding, codec).first;
          },
          py::arg("type"), py::arg("data"), py::kw_only(), py::arg("strict_padding") = true);
  }
  m.def(
      "decode_prefix",
      [&state](py::handle type, py::handle data, size_t start) {
        return decode(state, state.types.find(type), data, start, false, true, Codec::table);
      },
      py::arg("type"), py::arg("data"), py::arg("start") = 0);
  m.def("encode_fields", [&state](py::handle type, py::handle o) { return encode_fields(state, type, o); });
}

void add_algorithms(py::module_& m, State& state) {
  m.def("text", [&state](py::handle type, py::handle o) {
    const TypeDesc& t = state.types.find(type);
    return wire::print(t, Value(state.types, t, o).get());
  });
  m.def("line", [&state](py::handle type, py::handle o) {
    const TypeDesc& t = state.types.find(type);
    return wire::print_line(t, Value(state.types, t, o).get());
  });
  m.def("to_json", [&state](py::handle type, py::handle o) {
    const TypeDesc& t = state.types.find(type);
    return wire::to_json(t, Value(state.types, t, o).get());
  });
  m.def("diff", [&state](py::handle type, py::handle a, py::handle b) {
    const TypeDesc& t = state.types.find(type);
    return wire::diff(t, Value(state.types, t, a).get(), Value(state.types, t, b).get());
  });
}

void add_checks(py::module_& m, State& state) {
  m.def("random_value", [&state](py::handle type, u64 seed) { return random_value(state, type, seed); });
  m.def("check_roundtrip", [&state](py::handle type, u64 seed, u32 count) {
    const TypeDesc& t = state.types.find(type);
    py::gil_scoped_release no_gil;
    require(wire::cross_check(t, seed, count));
  });
  m.def("check_truncations", [&state](py::handle type, u64 seed, u32 count) {
    const TypeDesc& t = state.types.find(type);
    py::gil_scoped_release no_gil;
    require(wire::cross_check_truncations(t, seed, count));
  });
}

}  // namespace
}  // namespace dfs::python

PYBIND11_MODULE(_wire, m) {
  using namespace dfs;
  auto& state = *new python::State;
  state.decode_error = PyErr_NewExceptionWithDoc(
      "dittofs._wire.DecodeError", "Bytes that are no value of the type. kind: why; offset: at which byte.",
      PyExc_ValueError, nullptr);
  m.add_object("DecodeError", state.decode_error);

  for (const wire::Schema* schema : {&rpc::schema, &portmap::schema, &rpcbind::schema, &mount::schema,
                                     &nfs3::schema, &nfs4::schema, &nfs4_cb::schema})
    state.types.add(*schema, std::string("dittofs.wire.") + schema->name);
  m.def("schemas", [&state] { return python::schemas(state); });
  // A description that another extension module brings: its wire::Schema in a capsule, and the module of its
  // classes.
  m.def("register_schema", [&state](const pybind11::capsule& schema, const std::string& module) {
    state.types.add(*schema.get_pointer<const wire::Schema>(), module);
  });
  python::add_codecs(m, state);
  python::add_algorithms(m, state);
  python::add_checks(m, state);
}
