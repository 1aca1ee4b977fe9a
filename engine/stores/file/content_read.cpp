#include <sys/uio.h>

#include "engine/stores/file/content_plan.h"
#include "engine/stores/file/file_content.h"

namespace dfs::stores {

using fs::ContentRead;
using fs::Extent;
using fs::FsError;
using fs::Inode;
using fs::MetadataView;

void FileContent::ReadPlan::add(Part part) {
  if (part.length == 0) return;
  // Neighbours in one file are one transfer.
  if (!parts.empty()) {
    Part& last = parts.back();
    bool joins = last.kind == part.kind && (part.kind == Part::hole || last.at + last.length == part.at) &&
                 (part.kind != Part::sealed || last.hash == part.hash);
    if (joins) {
      last.length += part.length;
      return;
    }
  }
  parts.push_back(part);
}

void FileContent::ReadPlan::add(const ChunkMap& map, u32 begin, u32 end) {
  for (const ChunkMap::Piece& p : map.pieces) {
    if (p.end <= begin) continue;
    if (p.begin >= end) break;
    u32 from = std::max(begin, p.begin), to = std::min(end, p.end);
    add({Part::hole, {}, from - begin, 0});
    if (p.sealed)
      add({Part::sealed, *map.hash, to - from, p.at + (from - p.begin)});
    else
      add({Part::staged, {}, to - from, *map.slot * kFileChunk + from});
    begin = to;
  }
  add({Part::hole, {}, end - begin, 0});
}

FsError FileContent::ReadPlan::make(MetadataView& view, u64 file_offset, u32 length) {
  parts.clear();
  u64 at = file_offset, end = file_offset + length;
  auto hole = [&](u64 to) {
    for (; at < to; at += std::min<u64>(to - at, kFileChunk))
      add({Part::hole, {}, static_cast<u32>(std::min<u64>(to - at, kFileChunk)), 0});
  };
  FsError e = rows::each(view, state->id, file_offset / kFileChunk, [&](u64 index, ChunkMap& map) {
    u64 base = index * kFileChunk;
    if (base >= end) return false;
    hole(base);
    u64 stop = std::min(end, base + kFileChunk);
    add(map, static_cast<u32>(at - base), static_cast<u32>(stop - base));
    at = stop;
    return at < end;
  });
  hole(end);
  return e;
}

// The result's slices: zeros for holes, one block for everything else.
void FileContent::ReadPlan::prepare() {
  u32 bytes = 0;
  for (const Part& p : parts)
    if (p.kind != Part::hole) bytes += p.length;
  block = bytes > 0 ? BlockRef::allocate(bytes) : BlockRef();
  next = 0;
  filled = 0;
}

SliceList FileContent::ReadPlan::slices() const {
  SliceList out;
  u32 used = 0;
  for (const Part& p : parts) {
    if (p.kind != Part::hole) {
      out.emplace_back(block, block->data() + used, p.length);
      used += p.length;
      continue;
    }
    for (u32 left = p.length; left > 0;) {
      u32 n = std::min(left, kZeroPage);
      out.push_back(Slice::of_static(zero_bytes(), n));
      left -= n;
    }
  }
  return out;
}

FsError FileContent::load(MetadataView& view, FileState& state) {
  auto inode = view.inode(state.id);
  if (!inode) return inode.error() == FsError::not_found ? FsError::stale : inode.error();
  {
    std::lock_guard lock(state.mutex);
    if (state.loaded) return FsError::ok;
  }
  u64 space = 0, slots = 0;
  FsError e = rows::each(view, state.id, 0, [&](u64, ChunkMap& map) {
    space += map.space();
    if (map.slot) slots = std::max(slots, *map.slot + 1);
    return true;
  });
  if (e != FsError::ok) return e;
  // A row that is missing would read as a hole: zeros where data was.
  if (space != inode->space_used) return FsError::corrupt;
  std::lock_guard lock(state.mutex);
  state.next_slot = std::max(state.next_slot, slots);
  state.loaded = true;
  return FsError::ok;
}

Async<ContentRead> FileContent::read(const Inode& file, u64 offset, u32 length) {
  if (crashed_) return ContentRead{FsError::io, {}};
  ReadPlan plan{table_.get(file.id)};
  auto look = [&](MetadataView& view) {
    FsError e = load(view, *plan.state);
    return e == FsError::ok ? plan.make(view, offset, length) : e;
  };
  Async<FsError> looked = metadata_.read(look);
  if (!looked.ready()) return read_later(file, offset, length);
  FsError e = std::move(looked).get();
  if (e != FsError::ok) return ContentRead{e, {}};
  plan.prepare();
  if (fetch_now(plan)) return ContentRead{FsError::ok, plan.slices()};
  return read_later(file, offset, length);
}

// Reads what is in the page cache; false when something is not, or would block.
bool FileContent::fetch_now(ReadPlan& plan) {
  for (; plan.next < plan.parts.size(); ++plan.next) {
    const Part& p = plan.parts[plan.next];
    if (p.kind == Part::hole) continue;
    FdRef fd;
    if (p.kind == Part::sealed) {
      fd = folder_->cached_chunk(p.hash);
    } else {
      std::lock_guard lock(plan.state->mutex);
      fd = plan.state->staging;
    }
    if (!fd) return false;
    iovec to{plan.block->data() + plan.filled, p.length};
    ssize_t n = preadv2(fd->get(), &to, 1, static_cast<off_t>(p.at), RWF_NOWAIT);
    if (n != static_cast<ssize_t>(p.length)) return false;
    plan.filled += p.length;
  }
  return true;
}

FsError FileContent::fetch(ReadPlan& plan) {
  for (; plan.next < plan.parts.size(); ++plan.next) {
    const Part& p = plan.parts[plan.next];
    if (p.kind == Part::hole) continue;
    auto fd = p.kind == Part::sealed ? folder_->open_chunk(p.hash) : plan.state->open(*folder_, false);
    if (!fd) return fd.error();
    FsError e = read_all((*fd)->get(), p.at, plan.block->data() + plan.filled, p.length);
    if (e != FsError::ok) return e;
    plan.filled += p.length;
  }
  return FsError::ok;
}

Task<ContentRead> FileContent::read_later(const Inode& file, u64 offset, u32 length) {
  ReadPlan plan{table_.get(file.id)};
  std::vector<Part> last;
  for (;;) {
    auto look = [&](MetadataView& view) {
      FsError e = load(view, *plan.state);
      return e == FsError::ok ? plan.make(view, offset, length) : e;
    };
    Async<FsError> looking = metadata_.read(look);
    FsError e = co_await looking;
    if (e != FsError::ok) co_return ContentRead{e, {}};
    // Sealing and deletion move bytes while we look for them. Twice the same place without them is damage.
    if (plan.parts == last) co_return ContentRead{FsError::corrupt, {}};
    plan.prepare();
    Task<FsError> fetching = workers_.run([this, &plan] { return fetch(plan); });
    e = co_await fetching;
    if (e == FsError::ok) co_return ContentRead{FsError::ok, plan.slices()};
    if (e != FsError::not_found && e != FsError::corrupt) co_return ContentRead{e, {}};
    last = plan.parts;
  }
}

Async<Result<Extent, FsError>> FileContent::extent(const Inode& file, u64 offset) {
  using Answer = Result<Extent, FsError>;
  struct Find {
    const Inode& file;
    u64 offset;
    Extent out{};

    FsError operator()(MetadataView& view) {
      out = {offset, file.size - offset, false};  // nothing from here on: a hole to the end
      bool inside = false;                        // a data extent that reaches out.length so far
      FsError e = rows::each(view, file.id, offset / kFileChunk, [&](u64 index, ChunkMap& map) {
        for (const ChunkMap::Piece& p : map.pieces) {
          u64 begin = index * kFileChunk + p.begin, end = index * kFileChunk + p.end;
          if (end <= offset) continue;
          if (!inside && begin > offset) {
            out.length = begin - offset;
            return false;
          }
          if (inside && begin > offset + out.length) return false;
          inside = true;
          out.data = true;
          out.length = end - offset;
        }
        return offset + out.length < file.size || !inside;
      });
      if (offset + out.length > file.size) out.length = file.size - offset;
      return e;
    }
  };
  if (crashed_) return Answer(failure(FsError::io));
  if (offset >= file.size) return Answer(failure(FsError::invalid));
  Find find{file, offset};
  Async<FsError> found = metadata_.read(find);
  if (found.ready()) {
    FsError e = std::move(found).get();
    return e == FsError::ok ? Answer(find.out) : Answer(failure(e));
  }
  auto later = [](fs::MetadataStore& store, Find op) -> Task<Answer> {
    Async<FsError> finding = store.read(op);
    FsError e = co_await finding;
    co_return e == FsError::ok ? Answer(op.out) : Answer(failure(e));
  };
  return later(metadata_, find);
}

}  // namespace dfs::stores
