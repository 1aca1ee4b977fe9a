#include "engine/fs/fault_store.h"

#include "engine/base/cause.h"

namespace dfs::fs {

using fault::ActionKind;
using fault::Context;
using fault::Point;
using fault::Registry;

namespace {

// What a rule without a sensible number means.
FsError error_from(const fault::Action& action) {
  bool known = action.number > 0 && action.number < static_cast<i64>(kFsErrorCount);
  return known ? static_cast<FsError>(action.number) : FsError::io;
}

FsError strike_now(Registry& faults, Point point, const Context& context) {
  auto action = faults.check(point, context);
  return action && action->kind == ActionKind::error ? error_from(*action) : FsError::ok;
}

Task<FsError> strike(Registry& faults, Point point, Context context) {
  Task<std::optional<fault::Action>> consulting = faults.consult(point, context);
  const auto action = co_await consulting;
  co_return action && action->kind == ActionKind::error ? error_from(*action) : FsError::ok;
}

// How each result says that it failed.
void set_error(FsError& r, FsError e) { r = e; }
void set_error(ContentRead& r, FsError e) { r = {e, {}}; }
void set_error(ContentChange& r, FsError e) { r = {e, nullptr}; }
void set_error(Result<Extent, FsError>& r, FsError e) { r = failure(e); }

template <class R, class Call>
Task<R> struck(Registry& faults, Context context, Call call) {
  R out{};
  Task<FsError> before = strike(faults, Point::store_before, context);
  FsError e = co_await before;
  if (e != FsError::ok) {
    set_error(out, e);
    co_return std::move(out);
  }
  Async<R> calling = call();
  out = co_await calling;
  Task<FsError> after = strike(faults, Point::store_after, context);
  e = co_await after;
  if (e != FsError::ok) set_error(out, e);
  co_return std::move(out);
}

// Makes the call, between its two points when either is armed; only then is its context put together.
template <class About, class Call>
auto around(Registry& faults, About about, Call call) -> decltype(call()) {
  if (!faults.armed(Point::store_before) && !faults.armed(Point::store_after)) [[likely]]
    return call();
  return struck<decltype(std::move(call()).get())>(faults, about(), std::move(call));
}

// On whose connection, nothing says here but the cause: background work has none.
Context context_of(std::string_view call) {
  Context c;
  c.detail = call;
  c.conn = Cause::current().conn;
  return c;
}
Context context_of(std::string_view call, const Inode& file, u64 bytes = 0) {
  Context c = context_of(call);
  c.file = file.id.value;
  c.bytes = bytes;
  return c;
}

}  // namespace

void declare_store_points(Registry& faults) {
  for (Point p : {Point::store_before, Point::store_after}) {
    faults.declare_names(
        p, {"view", "update", "durable", "read", "write", "truncate", "deallocate", "clone", "extent"});
    // On the committing thread, which waits for nobody.
    faults.declare_details(p, {{"sync", fault::kTime | fault::kCall, {}}});
  }
  faults.declare_errors(static_cast<i64>(FsError::io), static_cast<i64>(FsError::no_space));
}

Async<FsError> FaultMetadata::read(ReadFn fn) {
  return around(
      faults_, [&] { return context_of("view"); }, [this, fn] { return inner_.read(fn); });
}
Async<FsError> FaultMetadata::update(UpdateFn fn, CommitSeq* seq) {
  return around(
      faults_, [&] { return context_of("update"); }, [this, fn, seq] { return inner_.update(fn, seq); });
}

Async<FsError> FaultMetadata::wait_durable(CommitSeq seq) {
  auto wait = [this, seq] {
    return around(
        faults_, [&] { return context_of("durable"); }, [this, seq] { return inner_.wait_durable(seq); });
  };
  if (!faults_.armed(Point::store_commit_after)) return wait();
  auto later = [](Registry& faults, Async<FsError> waiting) -> Task<FsError> {
    FsError e = co_await waiting;
    co_return e == FsError::ok ? strike_now(faults, Point::store_commit_after, {}) : e;
  };
  return later(faults_, wait());
}

void FaultMetadata::set_commit_barrier(UniqueFunction<FsError()> barrier) {
  inner_.set_commit_barrier([this, barrier = std::move(barrier)]() mutable {
    FsError e = strike_now(faults_, Point::store_commit_before, {});
    return e == FsError::ok && barrier ? barrier() : e;
  });
}

Async<ContentRead> FaultContent::read(const Inode& file, u64 offset, u32 length) {
  return around(
      faults_, [&] { return context_of("read", file, length); },
      [this, &file, offset, length] { return inner_.read(file, offset, length); });
}
Async<ContentChange> FaultContent::write(const Inode& file, u64 offset, SliceList& data) {
  return around(
      faults_, [&] { return context_of("write", file, total_size(data)); },
      [this, &file, offset, &data] { return inner_.write(file, offset, data); });
}
Async<ContentChange> FaultContent::truncate(const Inode& file, u64 new_size) {
  return around(
      faults_, [&] { return context_of("truncate", file); },
      [this, &file, new_size] { return inner_.truncate(file, new_size); });
}
Async<ContentChange> FaultContent::deallocate(const Inode& file, u64 offset, u64 length) {
  return around(
      faults_, [&] { return context_of("deallocate", file); },
      [this, &file, offset, length] { return inner_.deallocate(file, offset, length); });
}
Async<ContentChange> FaultContent::clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                                         u64 length) {
  return around(
      faults_, [&] { return context_of("clone", to, length); },
      [this, &from, from_offset, &to, to_offset, length] {
        return inner_.clone(from, from_offset, to, to_offset, length);
      });
}
Async<Result<Extent, FsError>> FaultContent::extent(const Inode& file, u64 offset) {
  return around(
      faults_, [&] { return context_of("extent", file); },
      [this, &file, offset] { return inner_.extent(file, offset); });
}

FsError FaultContent::sync() {
  FsError e = strike_now(faults_, Point::store_before, {"sync"});
  if (e == FsError::ok) e = inner_.sync();
  return e == FsError::ok ? strike_now(faults_, Point::store_after, {"sync"}) : e;
}

}  // namespace dfs::fs
