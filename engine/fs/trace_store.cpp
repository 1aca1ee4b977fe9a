#include "engine/fs/trace_store.h"

#include "engine/loop/then.h"

namespace dfs::fs {
namespace {

FsError error_in(FsError e) { return e; }
FsError error_in(const ContentRead& r) { return r.error; }
FsError error_in(const ContentChange& r) { return r.error; }
FsError error_in(const Result<Extent, FsError>& r) { return r ? FsError::ok : r.error(); }

// What a call was about; written down when it has been answered, as an event of type E.
template <class E>
struct Told {
  Trace& trace;
  u64 file = 0, offset = 0, bytes = 0;

  template <class R>
  R operator()(R result) const {
    trace.emit(E{file, offset, bytes, std::string(dfs::fs::name(error_in(result)))});
    return result;
  }
};

template <class R, class E>
Async<R> traced(Trace& trace, Async<R> result, const Told<E>& event) {
  if (!trace.enabled()) return result;
  return then(std::move(result), event);
}

}  // namespace

Async<FsError> TraceMetadata::read(ReadFn fn) {
  return traced(trace_, inner_.read(fn), Told<event::StoreView>{trace_});
}
Async<FsError> TraceMetadata::update(UpdateFn fn, CommitSeq* seq) {
  return traced(trace_, inner_.update(fn, seq), Told<event::StoreUpdate>{trace_});
}
Async<FsError> TraceMetadata::wait_durable(CommitSeq seq) {
  return traced(trace_, inner_.wait_durable(seq), Told<event::StoreDurable>{trace_});
}
void TraceMetadata::set_commit_barrier(UniqueFunction<FsError()> barrier) {
  inner_.set_commit_barrier([this, barrier = std::move(barrier)]() mutable {
    FsError e = barrier ? barrier() : FsError::ok;
    return trace_.enabled() ? Told<event::StoreCommit>{trace_}(e) : e;
  });
}
void TraceMetadata::crash() {
  if (trace_.enabled()) Told<event::StoreCrash>{trace_}(FsError::ok);
  inner_.crash();
}

Async<ContentRead> TraceContent::read(const Inode& file, u64 offset, u32 length) {
  return traced(trace_, inner_.read(file, offset, length),
                Told<event::StoreRead>{trace_, file.id.value, offset, length});
}
Async<ContentChange> TraceContent::write(const Inode& file, u64 offset, SliceList& data) {
  Told<event::StoreWrite> event{trace_, file.id.value, offset, total_size(data)};
  return traced(trace_, inner_.write(file, offset, data), event);
}
Async<ContentChange> TraceContent::truncate(const Inode& file, u64 new_size) {
  return traced(trace_, inner_.truncate(file, new_size),
                Told<event::StoreTruncate>{trace_, file.id.value, new_size});
}
Async<ContentChange> TraceContent::deallocate(const Inode& file, u64 offset, u64 length) {
  return traced(trace_, inner_.deallocate(file, offset, length),
                Told<event::StoreDeallocate>{trace_, file.id.value, offset, length});
}
Async<ContentChange> TraceContent::clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                                         u64 length) {
  return traced(trace_, inner_.clone(from, from_offset, to, to_offset, length),
                Told<event::StoreClone>{trace_, to.id.value, to_offset, length});
}
Async<Result<Extent, FsError>> TraceContent::extent(const Inode& file, u64 offset) {
  return traced(trace_, inner_.extent(file, offset), Told<event::StoreExtent>{trace_, file.id.value, offset});
}
FsError TraceContent::remove(MetadataTxn& txn, const Inode& file) {
  FsError e = inner_.remove(txn, file);
  return trace_.enabled() ? Told<event::StoreRemove>{trace_, file.id.value}(e) : e;
}
FsError TraceContent::sync() {
  FsError e = inner_.sync();
  return trace_.enabled() ? Told<event::StoreSync>{trace_}(e) : e;
}
void TraceContent::crash() {
  if (trace_.enabled()) Told<event::StoreCrash>{trace_}(FsError::ok);
  inner_.crash();
}

}  // namespace dfs::fs
