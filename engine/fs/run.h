#pragma once

#include "engine/fs/file_system.h"

namespace dfs::fs {

// An operation is a value with `Result out` and `FsError operator()(MetadataView& or MetadataTxn&)`. It runs
// on the caller's stack when the store answers at once, and moves into a coroutine frame only when it must
// wait.

// What a failed operation reports of the changes it did not make.
inline void revert(Change& c) { c.after = c.before; }
inline void revert(WriteResult& r) {
  revert(r.file);
  r.count = 0;
}
inline void revert(SetAttrResult& r) {
  revert(r.node);
  r.applied = 0;
}
inline void revert(ChangeResult& r) { revert(r.node); }
inline void revert(CopyResult& r) {
  revert(r.file);
  r.count = 0;
}
inline void revert(CreateResult& r) {
  revert(r.dir);
  r.created = false;
  r.applied = 0;
}
inline void revert(RemoveResult& r) {
  revert(r.dir);
  r.node_known = false;
}
inline void revert(RenameResult& r) {
  revert(r.from_dir);
  revert(r.to_dir);
}
inline void revert(LinkResult& r) { revert(r.dir); }

template <class Op>
Task<decltype(Op::out)> read_later(MetadataStore& store, Op op) {
  op.out.error = co_await store.read(op);
  co_return std::move(op.out);
}

template <class Op>
Async<decltype(Op::out)> run_read(MetadataStore& store, Op op) {
  Async<FsError> done = store.read(op);
  if (!done.ready()) return read_later(store, std::move(op));
  op.out.error = std::move(done).get();
  return std::move(op.out);
}

// Waits until seq is on stable storage.
template <class Result>
Task<Result> durable_later(MetadataStore& store, Result out, CommitSeq seq) {
  FsError e = co_await store.wait_durable(seq);
  if (e != FsError::ok) {
    out.error = e;
    revert(out);
  }
  co_return out;
}

template <class Result>
Async<Result> when_durable(MetadataStore& store, Result&& out, CommitSeq seq) {
  Async<FsError> done = store.wait_durable(seq);
  if (!done.ready()) return durable_later<Result>(store, std::move(out), seq);
  FsError e = std::move(done).get();
  if (e != FsError::ok) {
    out.error = e;
    revert(out);
  }
  return std::move(out);
}

template <class Op>
Task<decltype(Op::out)> update_later(MetadataStore& store, Op op) {
  CommitSeq seq = 0;
  op.out.error = co_await store.update(op, &seq);
  if (op.out.error != FsError::ok) {
    revert(op.out);
    co_return std::move(op.out);
  }
  co_return co_await when_durable(store, std::move(op.out), seq);
}

// Whether an update that was not refused changed anything.
template <class Out>
bool changed(const Out&) {
  return true;
}
inline bool changed(const CreateResult& r) { return r.created; }

// An update and what rides along.
template <class Op>
struct Ridden : Op {
  Rider<decltype(Op::out)>* rider;

  FsError operator()(MetadataTxn& txn) {
    const FsError e = Op::operator()(txn);
    return e == FsError::ok && changed(this->out) ? rider->ride(txn, this->out) : e;
  }
};

// Runs the update and resolves when it is durable.
template <class Op>
Async<decltype(Op::out)> run_update(MetadataStore& store, Op op) {
  CommitSeq seq = 0;
  Async<FsError> done = store.update(op, &seq);
  if (!done.ready()) return update_later(store, std::move(op));
  op.out.error = std::move(done).get();
  if (op.out.error != FsError::ok) {
    revert(op.out);
    return std::move(op.out);
  }
  return when_durable(store, std::move(op.out), seq);
}

template <class Op>
Async<decltype(Op::out)> run_update(MetadataStore& store, Op op, Rider<decltype(Op::out)>* rider) {
  if (rider == nullptr) [[likely]]
    return run_update(store, std::move(op));
  return run_update(store, Ridden<Op>{std::move(op), rider});
}

}  // namespace dfs::fs
