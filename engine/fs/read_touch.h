#pragma once

#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"

namespace dfs::fs {

// Marks a node as read now. Never part of the answer's fate: a read succeeded even if this did not.
struct TouchAtime {
  NodeRef ref;
  WallTime now;
  Inode* out;

  FsError operator()(MetadataTxn& txn) const {
    Inode node;
    FsError e = load(txn, ref, &node);
    if (e != FsError::ok) return e;
    if (needs_atime(node, now)) {
      node.atime = now;
      txn.put_inode(node);
    }
    *out = node;
    return FsError::ok;
  }
};

template <class Out, class Base>
Task<Out> touch_later(MetadataStore& store, Out out, Inode Base::*node, WallTime now) {
  TouchAtime touch{{(out.*node).id, (out.*node).generation}, now, &(out.*node)};
  co_await store.update(touch);
  co_return std::move(out);
}

// The answer of a read that has read `node`, with atime brought up to date.
template <class Out, class Base>
Async<Out> touched(FileSystem::Impl& fs, Out&& out, Inode Base::*node) {
  Inode& n = out.*node;
  if (out.error != FsError::ok || !fs.config.relatime) return std::move(out);
  WallTime now = fs.clock.wall();
  if (!needs_atime(n, now)) return std::move(out);
  TouchAtime touch{{n.id, n.generation}, now, &n};
  Async<FsError> done = fs.metadata.update(touch);
  if (!done.ready()) return touch_later<Out>(fs.metadata, std::move(out), node, now);
  return std::move(out);
}

}  // namespace dfs::fs
