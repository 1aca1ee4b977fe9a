#pragma once

#include "engine/fs/metadata_store.h"

namespace dfs::fs {

// What its caller puts down about a change, in the update that makes the change: both become durable, or
// neither does. Calls that take one make their change, or the last part of it, in a single update.
template <class Out>
class Rider {
 public:
  // The last thing in the update, on whatever thread that runs on, and again when the store tries it again;
  // `out` is what the call will return. Not called for a change that is refused, or for none at all.
  virtual FsError ride(MetadataTxn& txn, const Out& out) = 0;

 protected:
  ~Rider() = default;
};

// Nobody rides along: the rule, which costs a comparison.
template <class Out>
FsError ride(MetadataTxn& txn, Rider<Out>* rider, const Out& out) {
  return rider == nullptr ? FsError::ok : rider->ride(txn, out);
}

}  // namespace dfs::fs
