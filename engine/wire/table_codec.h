#pragma once

#include "engine/wire/desc.h"
#include "engine/wire/field_map.h"

// The second codec: it interprets TypeDesc tables instead of being compiled from a description. Slower than
// the compiled one, and an independent implementation of RFC 4506 to hold it against (cross_check.h).
namespace dfs::wire {

// `value`: type.size zeroed bytes. Accepts and refuses the same bytes as the compiled decoder.
[[nodiscard]] bool table_decode(const TypeDesc& type, Reader& r, void* value);

// Encodes what is there, also values that no decoder accepts (counts above the bound, unknown enum values; a
// discriminant without an arm has no arm). map: gets every field's place, relative to the first byte of this
// value.
void table_encode(const TypeDesc& type, Writer& w, const void* value, FieldMap* map = nullptr);

size_t table_encoded_size(const TypeDesc& type, const void* value);

}  // namespace dfs::wire
