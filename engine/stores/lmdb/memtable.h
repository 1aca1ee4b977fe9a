#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/bytes.h"

namespace dfs::stores::lmdb {

// Changes that are visible but not yet in the database, by encoded key: a value, or nothing where a row was
// erased.
class Memtable {
 public:
  using Change = std::optional<std::string>;
  using Map = std::map<std::string, Change, std::less<>>;

  // nullptr: this table knows nothing of the key.
  const Change* find(std::string_view key) const {
    auto it = changes_.find(key);
    return it == changes_.end() ? nullptr : &it->second;
  }
  // Returns what this table knew before.
  std::optional<Change> set(std::string_view key, Change change) {
    auto it = changes_.lower_bound(key);
    if (it == changes_.end() || it->first != key) {
      bytes_ += cost(key.size(), change);
      changes_.emplace_hint(it, key, std::move(change));
      return {};
    }
    bytes_ += cost(0, change) - cost(0, it->second);
    return std::exchange(it->second, std::move(change));
  }
  // Puts back what set() returned.
  void restore(std::string_view key, std::optional<Change> before) {
    if (before) {
      set(key, std::move(*before));
      return;
    }
    auto it = changes_.find(key);
    bytes_ -= cost(it->first.size(), it->second);
    changes_.erase(it);
  }

  const Map& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }
  size_t bytes() const { return bytes_; }  // of memory, about

 private:
  static size_t cost(size_t key, const Change& c) {
    constexpr size_t kNode = 160;
    return (key ? kNode + key : 0) + (c ? c->size() : 0);
  }
  Map changes_;
  size_t bytes_ = 0;
};

}  // namespace dfs::stores::lmdb
