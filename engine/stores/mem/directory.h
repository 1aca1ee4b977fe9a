#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/siphash.h"
#include "engine/fs/types.h"

namespace dfs::stores {

// One directory in memory: entries by name in a hash table, and in cookie order. Every operation costs
// O(log n), a page of a listing O(page), and no operation ever touches all entries but the doubling of the
// table.
class Directory {
 public:
  explicit Directory(const SipKey& key) : key_(key) {}
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  const fs::Dirent* find(std::string_view name) const;
  // Adds the entry, or replaces the one of this name. Returns what was there before.
  std::optional<fs::Dirent> put(std::string_view name, const fs::Dirent& entry);
  std::optional<fs::Dirent> erase(std::string_view name);
  size_t size() const { return count_; }

  // Entries with a cookie above `after`, in order, until visit(name, entry) returns false.
  template <class Visit>
  void scan(fs::Cookie after, Visit visit) const {
    auto run = runs_.upper_bound(after);
    if (run != runs_.begin()) --run;
    for (; run != runs_.end(); ++run) {
      const Run& r = run->second;
      for (auto it = after_cookie(r, after); it != r.end(); ++it)
        if (!visit((*it)->name(), (*it)->entry)) return;
    }
  }

 private:
  // Header of an allocation that goes on with the name.
  struct Entry {
    fs::Dirent entry;
    u32 hash;
    u16 length;
    std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), length}; }
  };
  // The cookie order, in runs of at most kRun entries keyed by their first cookie: a vector's density with a
  // tree's cost of removal.
  using Run = std::vector<Entry*>;
  static constexpr size_t kRun = 128;

  u32 hash(std::string_view name) const {
    return static_cast<u32>(siphash64(key_, name.data(), name.size()));
  }
  static Entry* make_entry(std::string_view name, u32 hash, const fs::Dirent& entry);
  static Run::const_iterator after_cookie(const Run& run, fs::Cookie cookie);

  size_t find_slot(std::string_view name, u32 hash) const;  // its slot, or the empty one where it would go
  void grow();
  void vacate(size_t slot);
  void link(Entry* e);
  void unlink(Entry* e);

  const SipKey& key_;          // names are chosen by peers; a keyed hash keeps them from making collisions
  std::vector<Entry*> slots_;  // open addressing, power of two, at most 3/4 full
  size_t count_ = 0;
  std::map<fs::Cookie, Run> runs_;
};

}  // namespace dfs::stores
