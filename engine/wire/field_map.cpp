#include "engine/wire/field_map.h"

namespace dfs::wire {
namespace {

std::string big_endian(u64 v, size_t width) {
  std::string out(width, '\0');
  for (size_t i = 0; i < width; ++i) out[width - 1 - i] = static_cast<char>(v >> (8 * i));
  return out;
}

Result<std::string, PatchError> patched_bits(std::string_view message, const FieldMap& map,
                                             std::string_view path, u64 bits, bool fits_four) {
  const ByteRange* range = map.find(path);
  if (range == nullptr) return failure(PatchError::no_field);
  const size_t width = range->end - range->begin;
  if (width != 8 && !(width == 4 && fits_four)) return failure(PatchError::does_not_fit);
  return patched(message, map, path, big_endian(bits, width));
}

}  // namespace

const ByteRange* FieldMap::find(std::string_view path) const {
  for (const Field& f : fields_)
    if (f.path == path) return &f.range;
  return nullptr;
}

Result<std::string, PatchError> patched(std::string_view message, const FieldMap& map, std::string_view path,
                                        std::string_view bytes) {
  const ByteRange* range = map.find(path);
  if (range == nullptr) return failure(PatchError::no_field);
  std::string out(message.substr(0, range->begin));
  out += bytes;
  out += message.substr(range->end);
  return out;
}

Result<std::string, PatchError> patched(std::string_view message, const FieldMap& map, std::string_view path,
                                        i64 number) {
  return patched_bits(message, map, path, static_cast<u64>(number),
                      number >= INT32_MIN && number <= i64{UINT32_MAX});
}

Result<std::string, PatchError> patched(std::string_view message, const FieldMap& map, std::string_view path,
                                        u64 number) {
  return patched_bits(message, map, path, number, number <= UINT32_MAX);
}

}  // namespace dfs::wire
