#pragma once

#include "engine/fs/metadata_store.h"

namespace dfs::fs {

// An update, and the wait until it is on stable storage.
template <class Fn>
Task<FsError> update_durably(MetadataStore& store, Fn fn) {
  CommitSeq seq = 0;
  Async<FsError> updating = store.update(fn, &seq);
  const FsError e = co_await updating;
  if (e != FsError::ok) co_return e;
  Async<FsError> waiting = store.wait_durable(seq);
  co_return co_await waiting;
}

}  // namespace dfs::fs
