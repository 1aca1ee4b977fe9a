#pragma once

#include <vector>

#include "engine/wire/desc.h"

// Every description in the tree, and those that only exist to be hard.
std::vector<const dfs::wire::Schema*> all_schemas();
