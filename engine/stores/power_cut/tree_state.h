#pragma once

#include <string>
#include <vector>

#include "engine/fs/store_contract/world.h"

namespace dfs::power_cut {

// All there is below a root at one moment.
struct TreeState {
  struct Node {
    std::string text;   // path, identity and attributes
    std::string bytes;  // of files
  };
  std::vector<Node> nodes;

  static TreeState of(fs::contract::World& w);
};

// Whether a power cut may leave `found` when `states` are those from the last durable one to the newest that
// was on its way, in order: the names and attributes of one of them, and in each file its bytes, over which
// some bytes of later writes may lie (a write that was not answered may have begun). Says what is wrong, or
// nothing.
std::string judge(const TreeState& found, const std::vector<const TreeState*>& states);

}  // namespace dfs::power_cut
