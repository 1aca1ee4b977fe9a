#include "engine/wire/desc.h"

namespace dfs::wire {
namespace {

template <class T, bool (Reader::*kRead)(T&)>
bool decode_as(Reader& r, void* v) {
  return (r.*kRead)(*static_cast<T*>(v));
}
template <class T, void (Writer::*kWrite)(T)>
void encode_as(Writer& w, const void* v) {
  (w.*kWrite)(*static_cast<const T*>(v));
}
template <size_t kSize>
size_t size_as(const void*) {
  return kSize;
}
template <class T>
bool equal_as(const void* a, const void* b) {
  return std::memcmp(a, b, sizeof(T)) == 0;
}

template <class T, size_t kWire, bool (Reader::*kRead)(T&), void (Writer::*kWrite)(T)>
constexpr TypeDesc builtin(const char* name, Kind kind) {
  return {.name = name,
          .kind = kind,
          .size = sizeof(T),
          .align = alignof(T),
          .min_wire = kWire,
          .decode = decode_as<T, kRead>,
          .encode = encode_as<T, kWrite>,
          .encoded_size = size_as<kWire>,
          .equal = equal_as<T>};
}

}  // namespace

constinit const TypeDesc int_desc = builtin<i32, 4, &Reader::i32, &Writer::i32>("int", Kind::int32);
constinit const TypeDesc unsigned_int_desc =
    builtin<u32, 4, &Reader::u32, &Writer::u32>("unsigned int", Kind::uint32);
constinit const TypeDesc hyper_desc = builtin<i64, 8, &Reader::i64, &Writer::i64>("hyper", Kind::int64);
constinit const TypeDesc unsigned_hyper_desc =
    builtin<u64, 8, &Reader::u64, &Writer::u64>("unsigned hyper", Kind::uint64);
constinit const TypeDesc float_desc = builtin<float, 4, &Reader::f32, &Writer::f32>("float", Kind::float32);
constinit const TypeDesc double_desc =
    builtin<double, 8, &Reader::f64, &Writer::f64>("double", Kind::float64);
constinit const TypeDesc bool_desc =
    builtin<bool, 4, &Reader::boolean, &Writer::boolean>("bool", Kind::boolean);

}  // namespace dfs::wire
