#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/read_touch.h"

// Where a file has data and where holes: RFC 7862 15.10 and 15.11.
namespace dfs::fs {
namespace {

template <class Out>
struct Look {
  const Credential* who;
  NodeRef file;
  IoCheck check;
  Out out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, file, &out.node);
    if (e != FsError::ok) return e;
    out.known = true;
    e = require_regular(out.node);
    return e == FsError::ok ? may_transfer(view, out.node, *who, false, check) : e;
  }
};

Task<SeekResult> seek_later(FileSystem::Impl& fs, Look<SeekResult> look, u64 offset, bool for_data) {
  co_await fs.gates.enter(look.file.id, FileGates::Mode::together);
  GateLease lease(fs.gates, look.file.id, FileGates::Mode::together);
  SeekResult& out = look.out;
  out.error = co_await fs.metadata.read(look);
  const u64 size = out.node.size;
  if (out.error == FsError::ok && offset >= size) out.error = FsError::no_such_range;
  if (out.error != FsError::ok) co_return std::move(out);
  for (out.offset = offset; out.offset < size;) {
    auto extent = co_await fs.content.extent(out.node, out.offset);
    if (!extent) {
      out.error = extent.error();
      co_return std::move(out);
    }
    if (extent->data == for_data) break;
    out.offset = extent->offset + extent->length;
  }
  out.eof = out.offset >= size;
  co_return std::move(out);
}

// A reply of more pieces costs more than it saves; the reader goes on where it ends.
constexpr size_t kMaxSegments = 256;

// The part of a file in which its size and holes stay as they were when it was looked at.
Task<FsError> fill(FileSystem::Impl& fs, ReadPlusResult& out, u64 begin, u64 end) {
  for (u64 at = begin; at < end && out.segments.size() < kMaxSegments;) {
    auto extent = co_await fs.content.extent(out.node, at);
    if (!extent) co_return extent.error();
    Segment s{at, std::min(extent->offset + extent->length, end) - at, !extent->data, {}};
    if (!s.hole) {
      ContentRead got = co_await fs.content.read(out.node, at, static_cast<u32>(s.length));
      if (got.error != FsError::ok) co_return got.error;
      s.data = std::move(got.data);
    }
    at += s.length;
    out.segments.push_back(std::move(s));
  }
  co_return FsError::ok;
}

Task<ReadPlusResult> read_plus_later(FileSystem::Impl& fs, Look<ReadPlusResult> look, u64 offset, u32 count) {
  co_await fs.gates.enter(look.file.id, FileGates::Mode::together);
  GateLease lease(fs.gates, look.file.id, FileGates::Mode::together);
  ReadPlusResult& out = look.out;
  out.error = co_await fs.metadata.read(look);
  if (out.error != FsError::ok) co_return std::move(out);
  const u64 size = out.node.size;
  const u64 end = offset < size ? offset + std::min<u64>(count, size - offset) : offset;
  Task<FsError> filling = fill(fs, out, offset, end);
  out.error = co_await filling;
  if (out.error != FsError::ok) {
    out.segments.clear();
    co_return std::move(out);
  }
  const u64 reached = out.segments.empty() ? offset : out.segments.back().offset + out.segments.back().length;
  out.eof = reached >= size;
  lease.release();
  co_return co_await touched(fs, std::move(out), &ReadPlusResult::node);
}

}  // namespace

Async<SeekResult> FileSystem::seek(const Credential& who, NodeRef file, u64 offset, SeekFor what,
                                   IoCheck check) {
  return seek_later(*impl_, {&who, file, check, {}}, offset, what == SeekFor::data);
}

Async<ReadPlusResult> FileSystem::read_plus(const Credential& who, NodeRef file, u64 offset, u32 count,
                                            IoCheck check) {
  return read_plus_later(*impl_, {&who, file, check, {}}, offset, std::min(count, impl_->config.max_io));
}

}  // namespace dfs::fs
