#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "engine/fs/types.h"

namespace dfs::stores::lmdb {

// Decoded inodes as they are in the database: bounded, one slot an id modulo the size, so a directory's
// inodes, whose ids follow each other, do not displace each other. Memory is taken page by page as it is
// used. Whoever changes an inode forgets it here first. Thread-safe.
class InodeCache {
 public:
  explicit InodeCache(size_t slots) : pages_(slots / kPage + 1) {}
  ~InodeCache() {
    for (auto& p : pages_) delete p.load();
  }

  bool get(fs::FileId id, fs::Inode& out) {
    Page* p = page(id).load(std::memory_order_acquire);
    if (p == nullptr) return false;
    Slot& s = p->slots[id.value % kPage];
    Guard guard(s);
    if (s.inode.id != id) return false;
    out = s.inode;
    return true;
  }
  void put(const fs::Inode& inode) {
    std::atomic<Page*>& place = page(inode.id);
    Page* p = place.load(std::memory_order_acquire);
    if (p == nullptr) {
      auto fresh = std::make_unique<Page>();
      if (place.compare_exchange_strong(p, fresh.get(), std::memory_order_acq_rel)) p = fresh.release();
    }
    Slot& s = p->slots[inode.id.value % kPage];
    Guard guard(s);
    s.inode = inode;
  }
  void forget(fs::FileId id) {
    Page* p = page(id).load(std::memory_order_acquire);
    if (p == nullptr) return;
    Slot& s = p->slots[id.value % kPage];
    Guard guard(s);
    if (s.inode.id == id) s.inode.id = fs::FileId(0);
  }

 private:
  static constexpr size_t kPage = 256;
  struct Slot {
    std::atomic_flag busy;
    fs::Inode inode{};
  };
  struct Page {
    Slot slots[kPage];
  };
  // Held for one copy of an inode.
  struct Guard {
    explicit Guard(Slot& s) : slot(s) {
      while (slot.busy.test_and_set(std::memory_order_acquire)) {
      }
    }
    ~Guard() { slot.busy.clear(std::memory_order_release); }
    Slot& slot;
  };
  std::atomic<Page*>& page(fs::FileId id) { return pages_[id.value / kPage % pages_.size()]; }

  std::vector<std::atomic<Page*>> pages_;
};

}  // namespace dfs::stores::lmdb
