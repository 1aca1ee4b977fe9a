#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "engine/fs/types.h"

namespace dfs::fs {

// Which objects are held open by a stateful protocol: as many as clients have open files, so they are spread
// over stripes. Removal asks inside its update; whoever holds looks at the object again afterwards, so one of
// the two sees the other.
class Holds {
 public:
  void add(FileId id) {
    Stripe& s = stripe(id);
    std::lock_guard lock(s.mutex);
    ++s.held[id].count;
    s.any.store(true);
  }
  // True when that was the last hold of an orphan, which is to be erased now.
  bool drop(FileId id) {
    Stripe& s = stripe(id);
    std::lock_guard lock(s.mutex);
    auto it = s.held.find(id);
    if (it == s.held.end() || --it->second.count > 0) return false;
    bool orphan = it->second.orphan;
    s.held.erase(it);
    if (s.held.empty()) s.any.store(false);
    return orphan;
  }
  bool held(FileId id) {
    Stripe& s = stripe(id);
    if (!s.any.load()) return false;
    std::lock_guard lock(s.mutex);
    return s.held.contains(id);
  }
  // The object has lost its last name. True when it is held: then the last drop says so.
  bool orphan(FileId id) {
    Stripe& s = stripe(id);
    if (!s.any.load()) return false;
    std::lock_guard lock(s.mutex);
    auto it = s.held.find(id);
    if (it == s.held.end()) return false;
    it->second.orphan = true;
    return true;
  }

 private:
  struct Held {
    u32 count = 0;
    bool orphan = false;
  };
  struct alignas(64) Stripe {
    std::mutex mutex;
    std::atomic<bool> any{false};           // held is not empty
    std::unordered_map<FileId, Held> held;  // changes under mutex
  };
  // Ids follow each other: those of files that are made together lie in different stripes.
  Stripe& stripe(FileId id) { return stripes_[id.value % kStripes]; }

  static constexpr size_t kStripes = 64;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace dfs::fs
