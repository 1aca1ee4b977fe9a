#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/fs/types.h"

namespace dfs::stores {

// Inodes by id: a map of pages of pointers. Ids follow each other, so there is a page for many inodes, and
// the map stays so small that its growth is not felt (one of a million inodes would stop everybody for a
// tenth of a second).
class InodeTable {
  static constexpr u64 kPage = 64;
  struct Page {
    std::unique_ptr<fs::Inode> slots[kPage];
    u32 used = 0;
  };

 public:
  fs::Inode* find(fs::FileId id) {
    auto it = pages_.find(id.value / kPage);
    return it == pages_.end() ? nullptr : it->second->slots[id.value % kPage].get();
  }
  const fs::Inode* find(fs::FileId id) const { return const_cast<InodeTable*>(this)->find(id); }

  // Finds one after another; cheapest for ids that follow each other, as those of a directory's entries often
  // do. The table must not change meanwhile.
  class Cursor {
   public:
    explicit Cursor(const InodeTable& table) : table_(table) {}
    const fs::Inode* find(fs::FileId id) {
      const u64 index = id.value / kPage, slot = id.value % kPage;
      if (index != index_) {
        const auto it = table_.pages_.find(index);
        page_ = it == table_.pages_.end() ? nullptr : it->second.get();
        index_ = index;
      }
      if (page_ == nullptr) return nullptr;
      // Where ids follow each other these are wanted next.
      if (slot + kAhead < kPage) prefetch(page_->slots[slot + kAhead].get());
      return page_->slots[slot].get();
    }

   private:
    static constexpr u64 kAhead = 4;
    static void prefetch(const fs::Inode* inode) {
      if (inode == nullptr) return;  // an empty slot
      for (size_t at = 0; at < sizeof(fs::Inode); at += 64)
        __builtin_prefetch(reinterpret_cast<const char*>(inode) + at);
    }
    const InodeTable& table_;
    u64 index_ = ~u64{0};
    const Page* page_ = nullptr;
  };

  void put(const fs::Inode& inode) {
    std::unique_ptr<Page>& page = pages_[inode.id.value / kPage];
    if (!page) page = std::make_unique<Page>();
    std::unique_ptr<fs::Inode>& slot = page->slots[inode.id.value % kPage];
    if (slot) {
      *slot = inode;
      return;
    }
    slot = std::make_unique<fs::Inode>(inode);
    ++page->used;
    ++count_;
  }
  void erase(fs::FileId id) {
    auto it = pages_.find(id.value / kPage);
    if (it == pages_.end() || !it->second->slots[id.value % kPage]) return;
    it->second->slots[id.value % kPage].reset();
    if (--it->second->used == 0) pages_.erase(it);
    --count_;
  }
  size_t size() const { return count_; }

  // The ids above `after`, in order.
  std::vector<fs::FileId> ids(fs::FileId after) const {
    std::vector<fs::FileId> out;
    for (const auto& [index, page] : pages_)
      for (u64 i = 0; i < kPage; ++i)
        if (page->slots[i] && page->slots[i]->id > after) out.push_back(page->slots[i]->id);
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  std::unordered_map<u64, std::unique_ptr<Page>> pages_;
  size_t count_ = 0;
};

}  // namespace dfs::stores
