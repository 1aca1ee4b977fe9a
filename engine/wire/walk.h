#pragma once

#include <string>

#include "engine/base/function_ref.h"
#include "engine/wire/desc.h"

namespace dfs::wire {

// One value inside another.
struct WalkStep {
  const std::string& path;  // "resok.reply.entries[2].name"; "" for the whole
  const TypeDesc& type;     // as declared: may be an alias
  const void* value;
};

// Visits a value and everything in it, outer before inner, in the order of the description; of a union the
// discriminant and the active arm, of an optional what it holds. `visit` returns whether to go on into the
// value.
void walk(const TypeDesc& type, const void* value, FunctionRef<bool(const WalkStep&)> visit);

}  // namespace dfs::wire
