#pragma once

#include "engine/stores/lmdb/encoding.h"
#include "engine/stores/lmdb/environment.h"
#include "engine/stores/lmdb/inode_cache.h"
#include "engine/stores/lmdb/memtable.h"

namespace dfs::stores::lmdb {

// What the store's readers look through, newest first: the changes being collected, those being committed,
// the database.
struct Layers {
  Memtable& active;
  const Memtable& flushing;
  Environment& env;
  InodeCache& cache;
};

// The three layers as one ordered table, for one view or transaction.
class Tables {
 public:
  explicit Tables(Layers layers) : layers_(layers), lease_(layers.env.snapshot()) {}

  // The value is good until the table is changed.
  Result<std::string_view, fs::FsError> get(std::string_view key);
  // pending_only: the caller knows that the database cannot have it.
  fs::FsError inode(fs::FileId id, fs::Inode& out, bool pending_only = false);
  // Calls visit(key, value) for keys that start with prefix and are not before `from`, in order, until it
  // returns false. Nothing may be changed meanwhile.
  using Visitor = FunctionRef<bool(std::string_view key, std::string_view value)>;
  fs::FsError scan(std::string_view prefix, std::string_view from, Visitor visit);

 private:
  bool pending(std::string_view key) const {
    return (!layers_.active.empty() && layers_.active.find(key)) ||
           (!layers_.flushing.empty() && layers_.flushing.find(key));
  }

  Layers layers_;
  Environment::Lease lease_;
};

}  // namespace dfs::stores::lmdb
