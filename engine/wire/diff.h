#pragma once

#include <string>

#include "engine/wire/desc.h"

namespace dfs::wire {

// Where two values of a type differ first: "resok.obj_attributes.size: 1 != 2", "argarray: 3 elements != 2
// elements"; empty when they are equal. Unions are equal when their discriminants and the arms that those
// select are; payloads when their bytes are, however they are cut into pieces.
std::string diff(const TypeDesc& type, const void* a, const void* b);

}  // namespace dfs::wire
