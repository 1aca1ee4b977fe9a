#pragma once

#include <string>

#include "engine/wire/desc.h"

// Two codecs of one description check each other: the compiled one and the one that interprets the tables.
namespace dfs::wire {

// `count` random values of a type with a compiled codec, drawn from `seed` on: both codecs encode them to the
// same bytes of the announced size, and each decodes those to a value equal to the first, by the compiled
// comparison and by diff(). Empty, or what went wrong, with the seed of that value.
std::string cross_check(const TypeDesc& type, u64 seed, u32 count);

// The same values, cut off after every byte: both codecs refuse each, or (where a value is the beginning of
// another) accept the same one.
std::string cross_check_truncations(const TypeDesc& type, u64 seed, u32 count);

// Bytes of any kind: both codecs take them for the same value, or both refuse them.
std::string cross_check_bytes(const TypeDesc& type, Bytes message);

}  // namespace dfs::wire
