#pragma once

#include <atomic>
#include <map>
#include <shared_mutex>
#include <unordered_map>
#include <variant>

#include "engine/base/random.h"
#include "engine/fs/metadata_store.h"
#include "engine/stores/mem/directory.h"
#include "engine/stores/mem/inode_table.h"

namespace dfs::stores {

// Tables in memory. Nothing is ever durable; every call answers at once.
class MemoryMetadata final : public fs::MetadataStore {
 public:
  explicit MemoryMetadata(Random& random) { random.fill(key_.data(), key_.size()); }

  const char* kind() const override { return "memory"; }
  Async<fs::FsError> read(ReadFn fn) override;
  Async<fs::FsError> update(UpdateFn fn, fs::CommitSeq* seq = nullptr) override;
  Async<fs::FsError> wait_durable(fs::CommitSeq) override;
  fs::CommitSeq last_seq() const override { return seq_.load(std::memory_order_acquire); }
  bool durable() const override { return false; }
  void set_commit_barrier(UniqueFunction<fs::FsError()>) override {}
  void crash() override;
  fs::FsError close() override { return fs::FsError::ok; }

 private:
  using Table = fs::MetadataView::Table;
  using Rows = std::map<std::string, std::string, std::less<>>;
  struct Tables {
    InodeTable inodes;
    std::unordered_map<fs::FileId, Directory> directories;  // those with entries
    Rows rows[fs::MetadataView::kTables];
  };
  class View;
  class Txn;

  SipKey key_;
  std::shared_mutex mutex_;
  std::atomic<fs::CommitSeq> seq_{0};
  std::atomic<u64> next_id_{fs::kRootId.value + 1};
  std::atomic<bool> crashed_{false};
  // changes under mutex_
  Tables tables_;
};

}  // namespace dfs::stores
