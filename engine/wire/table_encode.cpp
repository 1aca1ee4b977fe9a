#include <fmt/format.h>

#include "engine/wire/access.h"
#include "engine/wire/codec.h"
#include "engine/wire/table_codec.h"

namespace dfs::wire {
namespace {

// Kinds that put themselves into the map: bytes without their length and padding, and what an optional holds.
bool records_itself(Kind kind) {
  return kind == Kind::opaque_fixed || kind == Kind::opaque || kind == Kind::text || kind == Kind::payload ||
         kind == Kind::optional;
}

class Encoder {
 public:
  Encoder(Writer& w, FieldMap* map) : w_(w), map_(map), start_(w.written()) {}

  void value(const TypeDesc& t, const void* v) {
    const size_t begin = here();
    contents(t, v);
    if (map_ != nullptr && !records_itself(behind(t).kind)) map_->add(path_, {begin, here()});
  }

 private:
  // A part's value under its longer path.
  void part(const TypeDesc& t, const void* v, const char* name) {
    if (map_ == nullptr) return contents(t, v);
    const size_t outer = path_.size();
    if (outer != 0) path_ += '.';
    path_ += name;
    value(t, v);
    path_.resize(outer);
  }
  void part(const TypeDesc& t, const void* v, u32 index) {
    if (map_ == nullptr) return contents(t, v);
    const size_t outer = path_.size();
    fmt::format_to(std::back_inserter(path_), "[{}]", index);
    value(t, v);
    path_.resize(outer);
  }

  // What an optional holds goes by the optional's path; an optional in an optional needs one of its own.
  void held(const TypeDesc& t, const void* v) {
    const bool again = behind(t).kind == Kind::optional;
    if (again) path_ += '*';
    value(t, v);
    if (again) path_.pop_back();
  }

  size_t here() const { return w_.written() - start_; }
  // The last n bytes are what has no name in the description: "len" of the current path, and so on.
  void note(const char* what, size_t n) {
    if (map_ != nullptr) map_->add(fmt::format("{}({})", what, path_), {here() - n, here()});
  }
  void count(u32 n) {
    w_.u32(n);
    note("len", 4);
  }
  void more(u32 index, bool v) {
    w_.boolean(v);
    if (map_ != nullptr) map_->add(fmt::format("more({}[{}])", path_, index), {here() - 4, here()});
  }
  // n bytes were written, then their padding.
  void note_bytes(size_t n) {
    const size_t pad = padded(n) - n;
    if (map_ != nullptr) map_->add(path_, {here() - pad - n, here() - pad});
    if (pad != 0) note("pad", pad);
  }

  void contents(const TypeDesc& t, const void* v);
  void scalar(const TypeDesc& t, const void* v);
  void array(const TypeDesc& t, const void* v);
  void union_value(const TypeDesc& t, const void* v);

  Writer& w_;
  FieldMap* map_;
  size_t start_;
  std::string path_;
};

void Encoder::contents(const TypeDesc& t, const void* v) {
  switch (t.kind) {
    case Kind::opaque_fixed:
      w_.fixed(static_cast<const u8*>(v), t.bound);
      return note_bytes(t.bound);
    case Kind::opaque:
    case Kind::text: {  // Bytes and Text are the same two words
      const auto b = get<Bytes>(v);
      count(b.size);
      w_.fixed(b.data, b.size);
      return note_bytes(b.size);
    }
    case Kind::payload: {
      const auto p = get<Payload>(v);
      w_.payload(p);
      if (map_ == nullptr) return;
      const size_t begin = here() - padded(p.size) - 4;
      map_->add(fmt::format("len({})", path_), {begin, begin + 4});
      return note_bytes(p.size);
    }
    case Kind::array_fixed:
    case Kind::array:
      return array(t, v);
    case Kind::optional: {
      const auto* item = get<const void*>(v);
      w_.boolean(item != nullptr);
      note("present", 4);
      if (item != nullptr) held(*t.element, item);
      return;
    }
    case Kind::structure:
      for (u32 i = 0; i < t.field_count; ++i)
        part(*t.fields[i].type, at(v, t.fields[i].offset), t.fields[i].name);
      return;
    case Kind::union_:
      return union_value(t, v);
    case Kind::alias:
      return contents(*t.element, v);
    default:
      return scalar(t, v);
  }
}

void Encoder::scalar(const TypeDesc& t, const void* v) {
  switch (t.kind) {
    case Kind::boolean:
      return w_.boolean(get<bool>(v));
    case Kind::int64:
    case Kind::uint64:
    case Kind::float64:
      return w_.u64(get<u64>(v));  // the bits, whatever they mean
    case Kind::void_:
      return;
    default:
      return w_.u32(get<u32>(v));
  }
}

void Encoder::array(const TypeDesc& t, const void* v) {
  const Elements items = elements(t, v);
  if (t.kind == Kind::array && !t.linked) count(items.size);
  for (u32 i = 0; i < items.size; ++i) {
    if (t.linked) more(i, true);
    part(*t.element, items.data + size_t{i} * t.element->size, i);
  }
  if (t.linked) more(items.size, false);
}

void Encoder::union_value(const TypeDesc& t, const void* v) {
  part(*t.element, at(v, t.discriminant_offset), t.discriminant);
  const ArmDesc* arm = active_arm(t, v);
  const void* item = arm != nullptr && arm->type != nullptr ? arm_value(*arm, v) : nullptr;
  if (item != nullptr) part(*arm->type, item, arm->name);
}

}  // namespace

void table_encode(const TypeDesc& type, Writer& w, const void* value, FieldMap* map) {
  Encoder(w, map).value(type, value);
}

}  // namespace dfs::wire
