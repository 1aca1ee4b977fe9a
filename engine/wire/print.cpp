#include "engine/wire/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/wire/access.h"
#include "engine/wire/text.h"

namespace dfs::wire {
namespace {

// `size` bytes, of which `first` holds the beginning.
std::string hex_bytes(std::string_view first, u32 size, u32 max) {
  std::string out = fmt::format("{} byte{}", size, size == 1 ? "" : "s");
  for (char c : first.substr(0, max)) fmt::format_to(std::back_inserter(out), " {:02x}", static_cast<u8>(c));
  if (size > max) out += " ..";
  return out;
}
std::string hex_bytes(Bytes b, u32 max) { return hex_bytes(b.view(), b.size, max); }
std::string hex_bytes(const Payload& p, u32 max) {
  std::string first;
  for (u32 i = 0; i < p.count && first.size() < max; ++i)
    first += Bytes{p.pieces[i].data, std::min(p.pieces[i].size, max)}.view();
  return hex_bytes(first, p.size, max);
}

std::string leaf(const TypeDesc& t, const void* v, const PrintOptions& options) {
  switch (t.kind) {
    case Kind::int32:
      return fmt::format("{}", get<i32>(v));
    case Kind::uint32:
      return fmt::format("{}", get<u32>(v));
    case Kind::int64:
      return fmt::format("{}", get<i64>(v));
    case Kind::uint64:
      return fmt::format("{}", get<u64>(v));
    case Kind::float32:
      return fmt::format("{}", get<float>(v));
    case Kind::float64:
      return fmt::format("{}", get<double>(v));
    case Kind::boolean:
      return get<bool>(v) ? "TRUE" : "FALSE";
    case Kind::enumeration: {
      const char* name = value_name(t, get<i32>(v));
      return name != nullptr ? name : fmt::format("{}", get<i32>(v));
    }
    case Kind::opaque_fixed:
      return hex_bytes(Bytes{static_cast<const u8*>(v), t.bound}, options.max_bytes);
    case Kind::opaque:
      return hex_bytes(get<Bytes>(v), options.max_bytes);
    case Kind::text:
      return quoted(get<Text>(v).view(), Quoting::reader);
    case Kind::payload:
      return hex_bytes(get<Payload>(v), options.max_bytes);
    default:
      return "void";
  }
}

// What both layouts have in common: which parts a value has. Out says how they look.
template <class Out>
void each_part(const TypeDesc& t, const void* v, const PrintOptions& options, Out&& out) {
  if (t.kind == Kind::structure) {
    for (u32 i = 0; i < t.field_count; ++i)
      out(t.fields[i].name, *t.fields[i].type, at(v, t.fields[i].offset));
  } else if (t.kind == Kind::union_) {
    out(t.discriminant, *t.element, at(v, t.discriminant_offset));
    const ArmDesc* arm = active_arm(t, v);
    const void* item = arm != nullptr && arm->type != nullptr ? arm_value(*arm, v) : nullptr;
    if (item != nullptr) out(arm->name, *arm->type, item);
  } else {
    const Elements items = elements(t, v);
    for (u32 i = 0; i < std::min(items.size, options.max_elements); ++i)
      out("-", *t.element, items.data + size_t{i} * t.element->size);
  }
}

bool is_array(const TypeDesc& t) { return t.kind == Kind::array || t.kind == Kind::array_fixed; }
bool is_leaf(const TypeDesc& t) {
  return !is_array(t) && t.kind != Kind::structure && t.kind != Kind::union_;
}
u32 left_out(const TypeDesc& t, const void* v, const PrintOptions& options) {
  const u32 n = is_array(t) ? elements(t, v).size : 0;
  return n > options.max_elements ? n - options.max_elements : 0;
}

// The value that counts: behind typedefs and in optionals; nullptr when absent.
const TypeDesc& held(const TypeDesc& type, const void*& v) {
  const TypeDesc* t = &behind(type);
  while (t->kind == Kind::optional && v != nullptr) {
    v = get<const void*>(v);
    t = &behind(*t->element);
  }
  return *t;
}

void lines(std::string& out, const TypeDesc& type, const void* v, const PrintOptions& options,
           size_t indent) {
  each_part(type, v, options, [&](std::string_view name, const TypeDesc& part, const void* value) {
    const TypeDesc& t = held(part, value);
    out.append(indent, ' ').append(name).append(name == "-" ? "" : ":");
    if (value == nullptr) {
      out += " absent\n";
    } else if (is_leaf(t)) {
      out.append(" ").append(leaf(t, value, options)).append("\n");
    } else if (is_array(t) && elements(t, value).size == 0) {
      out += " none\n";
    } else {
      out += '\n';
      lines(out, t, value, options, indent + 2);
    }
  });
  if (u32 n = left_out(type, v, options))
    fmt::format_to(std::back_inserter(out), "{:{}}.. {} more\n", "", indent, n);
}

void line(std::string& out, const TypeDesc& type, const void* v, const PrintOptions& options) {
  const TypeDesc& t = held(type, v);
  if (v == nullptr) {
    out += "absent";
    return;
  }
  if (is_leaf(t)) {
    out += leaf(t, v, options);
    return;
  }
  const bool array = is_array(t);
  out += array ? '[' : '{';
  const char* separator = "";
  each_part(t, v, options, [&](std::string_view name, const TypeDesc& part, const void* value) {
    out += separator;
    if (!array) out.append(name).append(": ");
    line(out, part, value, options);
    separator = ", ";
  });
  if (u32 n = left_out(t, v, options)) fmt::format_to(std::back_inserter(out), ", .. {} more", n);
  out += array ? ']' : '}';
}

}  // namespace

std::string print(const TypeDesc& type, const void* value, const PrintOptions& options) {
  const TypeDesc& t = held(type, value);
  if (value == nullptr) return "absent\n";
  if (is_leaf(t)) return leaf(t, value, options) + "\n";
  std::string out;
  lines(out, t, value, options, 0);
  return out;
}

std::string print_line(const TypeDesc& type, const void* value, const PrintOptions& options) {
  std::string out;
  line(out, type, value, options);
  return out;
}

}  // namespace dfs::wire
