#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/base/siphash.h"
#include "engine/fs/types.h"

namespace dfs::stores {

// Entries by name: open addressing, power of two, at most 3/4 full. The entries belong to the Directory.
struct DirectoryEntry {
  fs::Dirent entry;
  u32 hash;
  u16 length;  // of the name, which follows in the same allocation
  std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), length}; }
};
class NameTable {
 public:
  DirectoryEntry* find(std::string_view name, u32 hash) const;
  void insert(DirectoryEntry* entry);  // a name that is not there
  void erase(const DirectoryEntry* entry);
  template <class Visit>
  void each(Visit visit) const {
    for (DirectoryEntry* e : slots_)
      if (e) visit(e);
  }

 private:
  void grow();
  std::vector<DirectoryEntry*> slots_;
  size_t count_ = 0;
};

// One directory in memory: entries by name in hash tables, and in cookie order. Every operation costs O(log
// n), a page of a listing O(page), and none ever stops to touch all entries: a large directory has many
// tables, which grow at different times.
class Directory {
 public:
  explicit Directory(const SipKey& key) : key_(key), names_(1) {}
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
      for (auto it = after_cookie(r, after); it != r.end(); ++it) {
        // Entries lie wherever malloc put them: those of soon are fetched while this one is looked at.
        if (r.end() - it > kAhead) __builtin_prefetch(it[kAhead]);
        if (!visit((*it)->name(), (*it)->entry)) return;
      }
    }
  }

 private:
  using Entry = DirectoryEntry;
  // The cookie order, in runs of at most kRun entries keyed by their first cookie: a vector's density with a
  // tree's cost of removal.
  using Run = std::vector<Entry*>;
  static constexpr size_t kRun = 128;
  static constexpr ptrdiff_t kAhead = 6;
  static constexpr size_t kSplit = 4096, kTables = 64;  // above so many entries, so many tables

  u32 hash(std::string_view name) const {
    return static_cast<u32>(siphash64(key_, name.data(), name.size()));
  }
  const NameTable& table(u32 hash) const { return names_[names_.size() == 1 ? 0 : hash >> 26]; }
  NameTable& table(u32 hash) { return names_[names_.size() == 1 ? 0 : hash >> 26]; }
  static Entry* make_entry(std::string_view name, u32 hash, const fs::Dirent& entry);
  static Run::const_iterator after_cookie(const Run& run, fs::Cookie cookie);
  void split();
  void link(Entry* e);
  void unlink(Entry* e);

  const SipKey& key_;  // names are chosen by peers; a keyed hash keeps them from making collisions
  std::vector<NameTable> names_;
  size_t count_ = 0;
  std::map<fs::Cookie, Run> runs_;
};

}  // namespace dfs::stores
