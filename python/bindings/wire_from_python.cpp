#include <fmt/format.h>

#include "engine/wire/access.h"
#include "python/bindings/wire_convert.h"

namespace dfs::python {
namespace {

using wire::Kind;
using wire::put;
using wire::TypeDesc;

// What is wrong and where: the path grows from the inside out while the exception unwinds.
struct Mismatch {
  PyObject* exception;  // PyExc_TypeError and the like
  std::string what;
  std::string path;

  void inside(std::string_view part) {
    const bool dot = !path.empty() && path.front() != '[';
    path = fmt::format("{}{}{}", part, dot ? "." : "", path);
  }
};

std::string type_of(py::handle o) { return Py_TYPE(o.ptr())->tp_name; }

class Converter {
 public:
  Converter(TypeMap& types, Arena& arena) : types_(types), arena_(arena) {}

  void value(const TypeDesc& t, py::handle o, u8* out);

 private:
  [[noreturn]] static void wrong(PyObject* exception, std::string what) {
    throw Mismatch{exception, std::move(what), {}};
  }
  u8* allocate(size_t n, size_t align) {
    auto* p = static_cast<u8*>(arena_.alloc(n, align));
    if (p == nullptr) wrong(PyExc_MemoryError, "the value is too large");
    return p;
  }
  template <class Convert>
  void part(std::string_view name, Convert&& convert) {
    try {
      convert();
    } catch (Mismatch& m) {
      m.inside(name);
      throw;
    }
  }

  i64 integer(py::handle o, i64 low, u64 high, const char* name);
  Bytes copy(const void* data, size_t n);
  Bytes bytes(py::handle o);
  Bytes text(py::handle o);
  void array(const TypeDesc& t, py::handle o, u8* out);
  void structure(const TypeDesc& t, py::handle o, u8* out);
  void union_value(const TypeDesc& t, py::handle o, u8* out);
  py::object attribute(const TypeDesc& t, const PythonType& p, py::handle record, u32 i);

  TypeMap& types_;
  Arena& arena_;
};

// The bits of an integer between low and high (the latter as unsigned, for 64-bit ones).
i64 Converter::integer(py::handle o, i64 low, u64 high, const char* name) {
  py::object index = py::reinterpret_steal<py::object>(PyNumber_Index(o.ptr()));
  if (!index) {
    PyErr_Clear();
    wrong(PyExc_TypeError, fmt::format("{} is not an integer", type_of(o)));
  }
  int overflow = 0;
  const i64 v = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
  if (overflow == 0 && v >= low && (v < 0 || static_cast<u64>(v) <= high)) return v;
  if (overflow > 0 && high > INT64_MAX) {
    const u64 u = PyLong_AsUnsignedLongLong(index.ptr());
    if (!PyErr_Occurred()) return static_cast<i64>(u);
    PyErr_Clear();
  }
  wrong(PyExc_OverflowError, fmt::format("{} does not fit {}", std::string(py::str(index)), name));
}

Bytes Converter::copy(const void* data, size_t n) {
  if (n > UINT32_MAX) wrong(PyExc_OverflowError, fmt::format("{} bytes do not fit a message", n));
  if (n == 0) return {};
  u8* p = allocate(n, 1);
  std::memcpy(p, data, n);
  return {p, static_cast<u32>(n)};
}

Bytes Converter::bytes(py::handle o) {
  Py_buffer view;
  if (PyObject_GetBuffer(o.ptr(), &view, PyBUF_SIMPLE) != 0) {
    PyErr_Clear();
    wrong(PyExc_TypeError, fmt::format("{} is not bytes", type_of(o)));
  }
  struct Release {
    Py_buffer& view;
    ~Release() { PyBuffer_Release(&view); }
  } release{view};
  return copy(view.buf, static_cast<size_t>(view.len));
}

Bytes Converter::text(py::handle o) {
  if (!PyUnicode_Check(o.ptr())) return bytes(o);
  py::object encoded =
      py::reinterpret_steal<py::object>(PyUnicode_AsEncodedString(o.ptr(), "utf-8", "surrogateescape"));
  if (!encoded) {
    PyErr_Clear();
    wrong(PyExc_ValueError, "a string with surrogates that are no bytes");
  }
  return bytes(encoded);
}

void Converter::array(const TypeDesc& t, py::handle o, u8* out) {
  const TypeDesc& element = *t.element;
  py::object items;
  if (!PyUnicode_Check(o.ptr()) && !PyBytes_Check(o.ptr()))
    items = py::reinterpret_steal<py::object>(PySequence_Fast(o.ptr(), ""));
  if (!items) {
    PyErr_Clear();
    wrong(PyExc_TypeError, fmt::format("{} is not a sequence", type_of(o)));
  }
  const auto n = static_cast<size_t>(PySequence_Fast_GET_SIZE(items.ptr()));
  if (t.kind == Kind::array_fixed) {
    if (n != t.bound) wrong(PyExc_ValueError, fmt::format("{} elements, not {}", n, t.bound));
  } else if (n != 0) {
    if (n > UINT32_MAX) wrong(PyExc_OverflowError, fmt::format("{} elements do not fit a message", n));
    u8* storage = allocate(n * element.size, element.align);
    put(out, Array<u8>{storage, static_cast<u32>(n)});
    out = storage;
  }
  for (size_t i = 0; i < n; ++i)
    part(fmt::format("[{}]", i),
         [&] { value(element, PySequence_Fast_GET_ITEM(items.ptr(), i), out + i * element.size); });
}

// Attribute i of a record: from its slot when it is of exactly the generated class.
py::object Converter::attribute(const TypeDesc& t, const PythonType& p, py::handle record, u32 i) {
  if (Py_TYPE(record.ptr()) == p.cls) {
    PyObject* v = *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(record.ptr()) + p.offsets[i]);
    if (v != nullptr) return py::reinterpret_borrow<py::object>(v);
  } else if (PyType_IsSubtype(Py_TYPE(record.ptr()), p.cls) == 0) {
    wrong(PyExc_TypeError, fmt::format("{} is not {}", type_of(record), t.name));
  }
  PyObject* v = PyObject_GetAttr(record.ptr(), p.names[i]);
  if (v == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(v);
}

void Converter::structure(const TypeDesc& t, py::handle o, u8* out) {
  const PythonType& p = types_.python_type(t);
  for (u32 i = 0; i < t.field_count; ++i) {
    const wire::FieldDesc& f = t.fields[i];
    py::object v = attribute(t, p, o, i);
    part(f.name, [&] { value(*f.type, v, out + f.offset); });
  }
}

void Converter::union_value(const TypeDesc& t, py::handle o, u8* out) {
  const PythonType& p = types_.python_type(t);
  py::object selector = attribute(t, p, o, 0);
  part(t.discriminant, [&] { value(*t.element, selector, out + t.discriminant_offset); });
  const wire::ArmDesc* arm = wire::active_arm(t, out);
  if (arm == nullptr || arm->type == nullptr) return;
  py::object v = attribute(t, p, o, p.arm_attributes[static_cast<size_t>(arm - t.arms)]);
  part(arm->name, [&] {
    if (v.is_none() && wire::behind(*arm->type).kind != Kind::optional)
      wrong(PyExc_ValueError,
            fmt::format("None, but {}={} selects it", t.discriminant, std::string(py::repr(selector))));
    u8* place = out + arm->offset;
    if (arm->boxed) {
      u8* box = allocate(arm->type->size, arm->type->align);
      put<const void*>(place, box);
      place = box;
    }
    value(*arm->type, v, place);
  });
}

// Python code cannot make this recurse for ever: a record that contains itself ends in RecursionError.
class Recursion {
 public:
  Recursion() {
    if (Py_EnterRecursiveCall(" in an XDR value") != 0) throw py::error_already_set();
  }
  ~Recursion() { Py_LeaveRecursiveCall(); }
};

void Converter::value(const TypeDesc& t, py::handle o, u8* out) {
  switch (t.kind) {
    case Kind::int32:
      return put(out, static_cast<i32>(integer(o, INT32_MIN, INT32_MAX, "int")));
    case Kind::enumeration:
      return put(out, static_cast<i32>(integer(o, INT32_MIN, INT32_MAX, "an enum's 32 bits")));
    case Kind::uint32:
      return put(out, static_cast<u32>(integer(o, 0, UINT32_MAX, "unsigned int")));
    case Kind::int64:
      return put(out, integer(o, INT64_MIN, INT64_MAX, "hyper"));
    case Kind::uint64:
      return put(out, integer(o, 0, UINT64_MAX, "unsigned hyper"));
    case Kind::boolean:
      return put(out, integer(o, 0, 1, "bool") == 1);
    case Kind::float32:
    case Kind::float64: {
      const double v = PyFloat_AsDouble(o.ptr());
      if (v == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        wrong(PyExc_TypeError, fmt::format("{} is not a number", type_of(o)));
      }
      return t.kind == Kind::float64 ? put(out, v) : put(out, static_cast<float>(v));
    }
    case Kind::opaque_fixed: {
      const Bytes b = bytes(o);
      if (b.size != t.bound) wrong(PyExc_ValueError, fmt::format("{} bytes, not {}", b.size, t.bound));
      if (b.size != 0) std::memcpy(out, b.data, b.size);
      return;
    }
    case Kind::opaque:
      return put(out, bytes(o));
    case Kind::text:
      return put(out, text(o));
    case Kind::payload: {
      const Bytes b = bytes(o);
      if (b.size == 0) return put(out, Payload{});
      auto* piece = reinterpret_cast<IoPiece*>(allocate(sizeof(IoPiece), alignof(IoPiece)));
      *piece = {b.data, b.size};
      return put(out, Payload{piece, 1, b.size});
    }
    case Kind::array_fixed:
    case Kind::array:
      return array(t, o, out);
    case Kind::optional: {
      if (o.is_none()) return;
      u8* item = allocate(t.element->size, t.element->align);
      put<const void*>(out, item);
      return value(*t.element, o, item);
    }
    case Kind::structure:
    case Kind::union_: {
      Recursion recursion;
      return t.kind == Kind::union_ ? union_value(t, o, out) : structure(t, o, out);
    }
    case Kind::alias:
      return value(*t.element, o, out);
    case Kind::void_:
      return;
  }
}

}  // namespace

void from_python(TypeMap& types, const TypeDesc& type, py::handle value, void* out, Arena& arena) {
  try {
    Converter(types, arena).value(type, value, static_cast<u8*>(out));
  } catch (const Mismatch& m) {
    const std::string where = *type.name != '\0' ? type.name : "value";
    const bool dot = !m.path.empty() && m.path.front() != '[';
    PyErr_SetString(m.exception, fmt::format("{}{}{}: {}", where, dot ? "." : "", m.path, m.what).c_str());
    throw py::error_already_set();
  }
}

}  // namespace dfs::python
