#include "engine/wire/access.h"
#include "python/bindings/wire_convert.h"

namespace dfs::python {
namespace {

using wire::at;
using wire::get;
using wire::Kind;
using wire::TypeDesc;

py::object owned(PyObject* o) {
  if (o == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(o);
}

// A record without its __init__; every slot is empty until it is set.
py::object allocate(const PythonType& p) { return owned(p.cls->tp_alloc(p.cls, 0)); }

void set_slot(py::object& record, const PythonType& p, size_t attribute, py::object value) {
  char* base = reinterpret_cast<char*>(record.ptr());
  *reinterpret_cast<PyObject**>(base + p.offsets[attribute]) = value.release().ptr();
}

py::object bytes(Bytes b) {
  return owned(PyBytes_FromStringAndSize(reinterpret_cast<const char*>(b.data), b.size));
}

py::object text(Text t) {
  return owned(PyUnicode_DecodeUTF8(reinterpret_cast<const char*>(t.data), t.size, "surrogateescape"));
}

py::object payload(const Payload& p) {
  py::object out = owned(PyBytes_FromStringAndSize(nullptr, p.size));
  char* to = PyBytes_AS_STRING(out.ptr());
  for (u32 i = 0; i < p.count; ++i) {
    std::memcpy(to, p.pieces[i].data, p.pieces[i].size);
    to += p.pieces[i].size;
  }
  return out;
}

py::object enumeration(TypeMap& types, const TypeDesc& t, i32 v) {
  py::object number = owned(PyLong_FromLong(v));
  PyObject* member = PyDict_GetItemWithError(types.python_type(t).enum_members, number.ptr());
  return member != nullptr ? py::reinterpret_borrow<py::object>(member) : number;
}

py::object array(TypeMap& types, const TypeDesc& t, const void* v) {
  const wire::Elements items = wire::elements(t, v);
  py::object list = owned(PyList_New(items.size));
  for (u32 i = 0; i < items.size; ++i) {
    py::object item = to_python(types, *t.element, items.data + size_t{i} * t.element->size);
    PyList_SET_ITEM(list.ptr(), i, item.release().ptr());
  }
  return list;
}

py::object structure(TypeMap& types, const TypeDesc& t, const void* v) {
  const PythonType& p = types.python_type(t);
  py::object record = allocate(p);
  for (u32 i = 0; i < t.field_count; ++i)
    set_slot(record, p, i, to_python(types, *t.fields[i].type, at(v, t.fields[i].offset)));
  return record;
}

py::object union_value(TypeMap& types, const TypeDesc& t, const void* v) {
  const PythonType& p = types.python_type(t);
  py::object record = allocate(p);
  set_slot(record, p, 0, to_python(types, *t.element, at(v, t.discriminant_offset)));
  const wire::ArmDesc* arm = wire::active_arm(t, v);
  const void* item = arm != nullptr && arm->type != nullptr ? wire::arm_value(*arm, v) : nullptr;
  const u32 active = item != nullptr ? p.arm_attributes[static_cast<size_t>(arm - t.arms)] : 0;
  for (u32 i = 1; i < p.offsets.size(); ++i)
    set_slot(record, p, i, i == active ? to_python(types, *arm->type, item) : py::none());
  return record;
}

}  // namespace

py::object to_python(TypeMap& types, const TypeDesc& t, const void* v) {
  switch (t.kind) {
    case Kind::int32:
      return owned(PyLong_FromLong(get<i32>(v)));
    case Kind::uint32:
      return owned(PyLong_FromUnsignedLong(get<u32>(v)));
    case Kind::int64:
      return owned(PyLong_FromLongLong(get<i64>(v)));
    case Kind::uint64:
      return owned(PyLong_FromUnsignedLongLong(get<u64>(v)));
    case Kind::float32:
      return owned(PyFloat_FromDouble(get<float>(v)));
    case Kind::float64:
      return owned(PyFloat_FromDouble(get<double>(v)));
    case Kind::boolean:
      return py::bool_(get<bool>(v));
    case Kind::enumeration:
      return enumeration(types, t, get<i32>(v));
    case Kind::opaque_fixed:
      return bytes({static_cast<const u8*>(v), t.bound});
    case Kind::opaque:
      return bytes(get<Bytes>(v));
    case Kind::text:
      return text(get<Text>(v));
    case Kind::payload:
      return payload(get<Payload>(v));
    case Kind::array_fixed:
    case Kind::array:
      return array(types, t, v);
    case Kind::optional: {
      const auto* item = get<const void*>(v);
      return item != nullptr ? to_python(types, *t.element, item) : py::none();
    }
    case Kind::structure:
      return structure(types, t, v);
    case Kind::union_:
      return union_value(types, t, v);
    case Kind::alias:
      return to_python(types, *t.element, v);
    case Kind::void_:
      break;
  }
  return py::none();
}

}  // namespace dfs::python
