#include "engine/stores/power_cut/tree_state.h"

#include <fmt/format.h>

namespace dfs::power_cut {

using fs::FileType;
using fs::Inode;
using fs::NodeRef;
using fs::contract::World;

namespace {

void collect(World& w, NodeRef dir, const std::string& path, TreeState& out) {
  for (const std::string& name : w.list(dir)) {
    Inode n = w.lookup(dir, name).node;
    NodeRef node = fs::contract::ref(n);
    TreeState::Node made;
    made.text = fmt::format("{}/{} object {} {} type {} mode {:o} links {} size {} used {} change {}", path,
                            name, n.id.value, n.generation, static_cast<int>(n.type), n.mode, n.nlink, n.size,
                            n.space_used, n.change);
    if (n.type == FileType::regular) made.bytes = w.text(node);
    if (n.type == FileType::symlink)
      made.text += " to " + fs::contract::wait(w.fs().readlink(w.who, node)).text;
    out.nodes.push_back(std::move(made));
    if (n.type == FileType::directory) collect(w, node, path + "/" + name, out);
  }
}

std::string texts(const TreeState& state) {
  std::string all;
  for (const TreeState::Node& n : state.nodes) all += n.text + "\n";
  return all;
}

// The bytes a later state has at the same place of the same object, as far as it exists there.
const std::string* bytes_in(const TreeState& state, std::string_view text) {
  // Path, identity and type: what stays when a file is written.
  std::string_view who = text.substr(0, text.find(" mode "));
  for (const TreeState::Node& n : state.nodes)
    if (std::string_view(n.text).starts_with(who)) return &n.bytes;
  return nullptr;
}

std::string judge_bytes(const TreeState& found, const std::vector<const TreeState*>& states) {
  for (size_t i = 0; i < found.nodes.size(); ++i) {
    const TreeState::Node& node = found.nodes[i];
    const std::string& durable = states[0]->nodes[i].bytes;
    if (node.bytes == durable) continue;
    if (node.bytes.size() != durable.size()) return "a read of another length: " + node.text;
    for (size_t at = 0; at < durable.size(); ++at) {
      bool known = node.bytes[at] == durable[at];
      for (size_t s = 1; s < states.size() && !known; ++s) {
        const std::string* later = bytes_in(*states[s], node.text);
        known = later != nullptr && at < later->size() && (*later)[at] == node.bytes[at];
      }
      if (!known) return fmt::format("byte {} is nobody's: {}", at, node.text);
    }
  }
  return {};
}

}  // namespace

TreeState TreeState::of(World& w) {
  TreeState out;
  collect(w, w.root(), "", out);
  return out;
}

std::string judge(const TreeState& found, const std::vector<const TreeState*>& states) {
  for (size_t i = 0; i < states.size(); ++i)
    if (texts(found) == texts(*states[i]))
      return judge_bytes(found, {states.begin() + static_cast<i64>(i), states.end()});
  return "none of the states it may have; found\n" + texts(found) + "durable\n" + texts(*states.front()) +
         "on its way\n" + texts(*states.back());
}

}  // namespace dfs::power_cut
