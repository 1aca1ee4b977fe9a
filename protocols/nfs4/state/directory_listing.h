#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/fs/types.h"

namespace dfs::nfs4 {

// The entries of a directory, as far as its clients have been told of them: what a notification says of an
// entry's neighbour, of what was removed, and of whose entry an object is.
class DirectoryListing {
 public:
  struct Entry {
    std::string name;
    fs::NodeRef node{};
    fs::Cookie cookie = 0;
  };

  void add(std::string_view name, fs::NodeRef node, fs::Cookie cookie) {
    const auto [it, made] = by_cookie_.emplace(cookie, Entry{std::string(name), node, cookie});
    if (!made) return;
    by_name_[it->second.name] = cookie;
    by_node_.emplace(node.id, cookie);
  }
  std::optional<Entry> remove(std::string_view name) {
    const auto named = by_name_.find(name);
    if (named == by_name_.end()) return {};
    const auto it = by_cookie_.find(named->second);
    const auto [first, last] = by_node_.equal_range(it->second.node.id);
    for (auto of_node = first; of_node != last; ++of_node)
      if (of_node->second == it->first) {
        by_node_.erase(of_node);
        break;
      }
    by_name_.erase(named);
    Entry entry = std::move(it->second);
    by_cookie_.erase(it);
    return entry;
  }
  // The one with the largest cookie.
  std::optional<Entry> last() const {
    if (by_cookie_.empty()) return {};
    return by_cookie_.rbegin()->second;
  }
  bool has(fs::FileId node) const { return by_node_.contains(node); }
  template <class F>
  void each(F&& visit) const {
    for (const auto& [cookie, entry] : by_cookie_) visit(entry);
  }
  // Every name of the object.
  template <class F>
  void each(fs::FileId node, F&& visit) const {
    const auto [first, last] = by_node_.equal_range(node);
    for (auto it = first; it != last; ++it) visit(by_cookie_.at(it->second));
  }
  size_t size() const { return by_cookie_.size(); }

 private:
  std::map<fs::Cookie, Entry> by_cookie_;
  std::unordered_map<std::string_view, fs::Cookie> by_name_;  // the names are in by_cookie_
  std::unordered_multimap<fs::FileId, fs::Cookie> by_node_;
};

}  // namespace dfs::nfs4
