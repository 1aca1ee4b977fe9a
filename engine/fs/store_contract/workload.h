#pragma once

#include "engine/fs/store_contract/world.h"

namespace dfs::fs::contract {

// A fixed sequence of changes of every kind, each of which is durable when it is answered.
struct Workload {
  static size_t steps();
  // Makes step i. What it returns is the answer of the call that matters.
  static FsError run(World& w, size_t i);
};

// All names, attributes and bytes below the root, as text that two equal trees share.
std::string describe(World& w);

}  // namespace dfs::fs::contract
