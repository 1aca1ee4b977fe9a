#pragma once

#include <atomic>
#include <mutex>
#include <unordered_map>

#include "engine/fs/types.h"

namespace dfs::fs {

// Which objects are held open by a stateful protocol. Removal asks inside its update; whoever holds looks at
// the object again afterwards, so one of the two sees the other.
class Holds {
 public:
  void add(FileId id) {
    std::lock_guard lock(mutex_);
    ++held_[id].count;
    any_.store(true);
  }
  // True when that was the last hold of an orphan, which is to be erased now.
  bool drop(FileId id) {
    std::lock_guard lock(mutex_);
    auto it = held_.find(id);
    if (it == held_.end() || --it->second.count > 0) return false;
    bool orphan = it->second.orphan;
    held_.erase(it);
    if (held_.empty()) any_.store(false);
    return orphan;
  }
  bool held(FileId id) {
    if (!any_.load()) return false;
    std::lock_guard lock(mutex_);
    return held_.contains(id);
  }
  // The object has lost its last name. True when it is held: then the last drop says so.
  bool orphan(FileId id) {
    if (!any_.load()) return false;
    std::lock_guard lock(mutex_);
    auto it = held_.find(id);
    if (it == held_.end()) return false;
    it->second.orphan = true;
    return true;
  }

 private:
  struct Held {
    u32 count = 0;
    bool orphan = false;
  };
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  std::unordered_map<FileId, Held> held_;
};

}  // namespace dfs::fs
