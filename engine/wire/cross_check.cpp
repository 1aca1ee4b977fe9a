#include "engine/wire/cross_check.h"

#include <fmt/format.h>

#include "engine/wire/diff.h"
#include "engine/wire/print.h"
#include "engine/wire/random_value.h"
#include "engine/wire/table_codec.h"

namespace dfs::wire {
namespace {

// One decoder's verdict.
struct Decoded {
  bool ok;
  void* value;
  DecodeError error;
};

enum class Codec { compiled, table };

Decoded decode(Codec codec, const TypeDesc& t, Bytes message, Arena& arena) {
  Reader r(message.data, message.size, arena);
  void* v = arena.alloc(t.size, t.align);
  if (v == nullptr) return {false, nullptr, {DecodeErrorKind::out_of_memory, 0}};
  const bool ok = (codec == Codec::compiled ? t.decode(r, v) : table_decode(t, r, v)) && r.finish();
  return {ok, v, r.error()};
}

std::string encode(Codec codec, const TypeDesc& t, const void* v) {
  return encode_to_string(
      [&](Writer& w) { codec == Codec::compiled ? t.encode(w, v) : table_encode(t, w, v); });
}

std::string compare(const TypeDesc& t, const void* a, const void* b) {
  std::string difference = diff(t, a, b);
  if (t.equal(a, b) != difference.empty())
    return fmt::format("the compiled comparison says {}, diff() says '{}'", t.equal(a, b), difference);
  return difference;
}

std::string check_value(const TypeDesc& t, const void* v, Arena& arena) {
  const std::string compiled = encode(Codec::compiled, t, v), table = encode(Codec::table, t, v);
  if (compiled != table) return "the codecs encode differently";
  if (compiled.size() != t.encoded_size(v)) return "encoded_size is not the size";
  if (compiled.size() != table_encoded_size(t, v)) return "table_encoded_size is not the size";
  if (compiled.size() < t.min_wire) return "min_wire is above the size";
  for (Codec codec : {Codec::compiled, Codec::table}) {
    const char* name = codec == Codec::compiled ? "compiled" : "table";
    const Decoded d = decode(codec, t, Bytes::of(compiled), arena);
    if (!d.ok)
      return fmt::format("the {} decoder refuses: {} at {}", name, wire::name(d.error.kind), d.error.offset);
    if (const std::string difference = compare(t, v, d.value); !difference.empty())
      return fmt::format("the {} decoder changes {}", name, difference);
  }
  return {};
}

// One value a seed, so that a failure names its own.
template <class Check>
std::string each_value(const TypeDesc& t, u64 seed, u32 count, Check&& check) {
  Arena arena;
  for (u64 s = seed; s < seed + count; ++s) {
    arena.reset();
    RandomValues random(s);
    void* v = arena.alloc(t.size, t.align);
    if (v == nullptr || !random.fill(t, v, arena)) return fmt::format("{}, seed {}: no memory", t.name, s);
    if (const std::string wrong = check(v, arena); !wrong.empty())
      return fmt::format("{}, seed {}: {}\n{}", t.name, s, wrong, print(t, v));
  }
  return {};
}

}  // namespace

std::string cross_check(const TypeDesc& type, u64 seed, u32 count) {
  return each_value(type, seed, count,
                    [&](const void* v, Arena& arena) { return check_value(type, v, arena); });
}

std::string cross_check_bytes(const TypeDesc& type, Bytes message) {
  Arena arena;
  const Decoded compiled = decode(Codec::compiled, type, message, arena);
  const Decoded table = decode(Codec::table, type, message, arena);
  if (compiled.ok != table.ok) {
    const DecodeError& e = compiled.ok ? table.error : compiled.error;
    return fmt::format("only the {} decoder refuses: {} at {}", compiled.ok ? "table" : "compiled",
                       wire::name(e.kind), e.offset);
  }
  return compiled.ok ? compare(type, compiled.value, table.value) : std::string();
}

std::string cross_check_truncations(const TypeDesc& type, u64 seed, u32 count) {
  return each_value(type, seed, count, [&](const void* v, Arena&) -> std::string {
    const std::string message = encode(Codec::compiled, type, v);
    for (size_t n = 0; n < message.size(); ++n) {
      // A copy of exactly n bytes, so that a sanitizer sees a read behind them.
      const std::vector<u8> cut(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(n));
      const std::string wrong = cross_check_bytes(type, {cut.data(), static_cast<u32>(n)});
      if (!wrong.empty()) return fmt::format("cut to {} of {} bytes: {}", n, message.size(), wrong);
    }
    return {};
  });
}

}  // namespace dfs::wire
