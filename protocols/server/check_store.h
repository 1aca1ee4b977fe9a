#pragma once

#include <functional>

#include "protocols/server/config.h"

namespace dfs::server {

// Verifies the durable stores of a configuration while nobody serves them. `say` gets one line a finding and
// one a store. Returns the number of stores that are damaged or cannot be opened.
int check_stores(const Config& config, bool deep, const std::function<void(const std::string&)>& say);

}  // namespace dfs::server
