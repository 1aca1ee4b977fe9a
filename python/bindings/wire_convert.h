#pragma once

#include "python/bindings/wire_types.h"

// One conversion for every type, driven by its TypeDesc: a class bound per struct would cost minutes of
// compiler time. Values are those of the generated C++ structs on one side and of the generated Python
// records on the other:
//   numbers int, float, bool - enumerations their enum, an unknown value int - opaque and payload bytes -
//   text str, bytes that are not UTF-8 as surrogates (surrogateescape) - arrays and lists list -
//   optional None or the value - structures and unions their record.
// The GIL is held.
namespace dfs::python {

py::object to_python(TypeMap& types, const wire::TypeDesc& type, const void* value);

// `out`: type.size zeroed bytes. Everything is copied into the arena, nothing of Python is referred to.
// Throws TypeError, ValueError, OverflowError with the path of the field that is wrong; MemoryError at the
// arena's limit. Also takes str or bytes for text, any bytes-like object for opaque data, any int for
// enumerations, any sequence for arrays. Bounds are not checked: malformed messages are sent on purpose.
void from_python(TypeMap& types, const wire::TypeDesc& type, py::handle value, void* out, Arena& arena);

}  // namespace dfs::python
