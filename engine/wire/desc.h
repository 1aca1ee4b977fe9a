#pragma once

#include <array>
#include <span>

#include "engine/base/arena.h"
#include "engine/wire/reader.h"
#include "engine/wire/writer.h"

namespace dfs::wire {

// Reflection tables that the generators emit beside the codecs: one per named type, all constant data. They
// describe the C++ struct in memory (offsets) and the value on the wire, so one algorithm serves every type:
// printing, comparing, walking, random values, JSON, the table-driven codec, Python conversion.
enum class Kind : u8 {
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  boolean,
  enumeration,   // i32 in memory
  opaque_fixed,  // u8[bound]
  opaque,        // Bytes
  text,          // Text
  payload,       // Payload
  array_fixed,   // T[bound]
  array,         // Array<T>; a linked list named in the hints is one too (linked = true)
  optional,      // const T*, null when absent
  structure,
  union_,  // a discriminant, then one arm
  alias,   // typedef: same bytes and same memory as `element`
  void_,
};

struct TypeDesc;

struct FieldDesc {
  const char* name;
  const TypeDesc* type;
  u32 offset;  // bytes from the start of the C++ struct
};

struct EnumValue {
  const char* name;
  i32 value;
};

struct ArmDesc {
  i32 value;  // discriminant (ignored for the default arm)
  bool is_default;
  const char* name;      // field name, nullptr for void
  const TypeDesc* type;  // nullptr for void
  u32 offset;
  bool boxed;  // the C++ union holds a const T* into the arena
};

struct TypeDesc {
  const char* name;  // as in the description; "" for anonymous
  Kind kind;
  bool linked = false;     // array that is a linked list on the wire: bool-prefixed elements
  bool open = false;       // enumeration that keeps unknown values
  bool recursive = false;  // a structure or union that can contain another of its own type
  u32 size = 0;            // sizeof in memory
  u32 align = 1;
  u32 bound = 0;                      // fixed length, or maximum count (0xffffffff: the message is the bound)
  u32 min_wire = 0;                   // fewest wire bytes a value takes
  const TypeDesc* element = nullptr;  // array, optional, alias; discriminant type of a union
  const FieldDesc* fields = nullptr;  // structure
  u32 field_count = 0;
  const ArmDesc* arms = nullptr;  // union
  u32 arm_count = 0;
  const char* discriminant = nullptr;  // union: its field name
  u32 discriminant_offset = 0;
  const EnumValue* values = nullptr;  // enumeration
  u32 value_count = 0;
  // The compiled codec, for types that have one: T must point to `size` zeroed bytes.
  bool (*decode)(Reader&, void* value) = nullptr;
  void (*encode)(Writer&, const void* value) = nullptr;
  size_t (*encoded_size)(const void* value) = nullptr;
  bool (*equal)(const void*, const void*) = nullptr;
};

// The types that every description has.
extern const TypeDesc int_desc, unsigned_int_desc, hyper_desc, unsigned_hyper_desc, float_desc, double_desc,
    bool_desc;

// One procedure of one program version (RFC 5531 section 12).
struct ProcDesc {
  const char* program;  // "NFS_PROGRAM"
  const char* version;  // "NFS_V3"
  u32 prog, vers, proc;
  const char* name;        // "NFSPROC3_GETATTR"
  const TypeDesc* args;    // nullptr: void
  const TypeDesc* result;  // nullptr: void
};

// One operation of a compound (hint `ops`): what stands in the argument and the result union under its
// number.
struct OpDesc {
  i32 op;
  const char* name;        // without the prefix: "LOOKUP"
  const TypeDesc* args;    // nullptr: void
  const TypeDesc* result;  // nullptr: void
};

// All named types and procedures of one description file.
struct Schema {
  const char* name;              // "nfs3"
  const Schema* const* imports;  // whose types it uses; import_count of them
  u32 import_count;
  const TypeDesc* const* types;
  u32 type_count;
  const ProcDesc* procs = nullptr;
  u32 proc_count = 0;
};

}  // namespace dfs::wire
