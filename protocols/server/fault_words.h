#pragma once

#include "engine/fault/rule_data.h"

namespace dfs::server {

// The words of rules as data: statuses of every protocol served, errors of stores.
const fault::Vocabulary& fault_words();

}  // namespace dfs::server
