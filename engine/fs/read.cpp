#include "engine/fs/file_system_impl.h"
#include "engine/fs/nodes.h"
#include "engine/fs/permissions.h"
#include "engine/fs/read_touch.h"

namespace dfs::fs {
namespace {

struct ReadCall {
  const Credential* who;
  NodeRef file;
  u64 offset;
  u32 count;
  IoCheck check;
  ReadResult out;

  FsError operator()(MetadataView& view) {
    out = {};
    FsError e = load(view, file, &out.node);
    if (e != FsError::ok) return e;
    out.known = true;
    if (e = require_regular(out.node); e != FsError::ok) return e;
    return may_transfer(view, out.node, *who, false, check);
  }

  // Bytes to fetch: what is asked for and there.
  u32 clamp() {
    u64 size = out.node.size;
    u64 left = offset < size ? size - offset : 0;
    u32 n = left < count ? static_cast<u32>(left) : count;
    out.eof = left <= n;
    return n;
  }

  void take(ContentRead&& got) {
    out.error = got.error;
    out.data = std::move(got.data);
  }
};

// From the content on, for a content store that must wait.
Task<ReadResult> fetch_later(FileSystem::Impl& fs, ReadCall call, u32 length, GateLease lease) {
  call.take(co_await fs.content.read(call.out.node, call.offset, length));
  lease.release();
  co_return co_await touched(fs, std::move(call.out), &ReadResult::node);
}

// All of it, when the file or the metadata store must be waited for.
Task<ReadResult> read_later_all(FileSystem::Impl& fs, ReadCall call) {
  co_await fs.gates.enter(call.file.id, FileGates::Mode::together);
  GateLease lease(fs.gates, call.file.id, FileGates::Mode::together);
  call.out.error = co_await fs.metadata.read(call);
  if (call.out.error != FsError::ok) co_return std::move(call.out);
  u32 length = call.clamp();
  if (length == 0) co_return std::move(call.out);
  co_return co_await fetch_later(fs, std::move(call), length, std::move(lease));
}

}  // namespace

Async<ReadResult> FileSystem::read(const Credential& who, NodeRef file, u64 offset, u32 count,
                                   IoCheck check) {
  Impl& fs = *impl_;
  ReadCall call{&who, file, offset, std::min(count, fs.config.max_io), check, {}};
  if (!fs.gates.try_enter(file.id, FileGates::Mode::together)) return read_later_all(fs, std::move(call));
  GateLease lease(fs.gates, file.id, FileGates::Mode::together);
  Async<FsError> looked = fs.metadata.read(call);
  if (!looked.ready()) return read_later_all(fs, std::move(call));
  call.out.error = std::move(looked).get();
  if (call.out.error != FsError::ok) return std::move(call.out);
  u32 length = call.clamp();
  if (length == 0) return std::move(call.out);
  Async<ContentRead> got = fs.content.read(call.out.node, offset, length);
  if (!got.ready()) return fetch_later(fs, std::move(call), length, std::move(lease));
  call.take(std::move(got).get());
  lease.release();
  return touched(fs, std::move(call.out), &ReadResult::node);
}

}  // namespace dfs::fs
