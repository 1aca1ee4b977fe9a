#include "engine/stores/mem/memory_content.h"

#include <fmt/format.h>

namespace dfs::stores {

using fs::ContentChange;
using fs::ContentEdit;
using fs::ContentRead;
using fs::Extent;
using fs::FileId;
using fs::FsError;
using fs::Inode;
using fs::MetadataTxn;

// After a write: the data is in place, only the count is news.
class MemoryContent::SpaceEdit final : public ContentEdit {
 public:
  SpaceEdit(MemoryContent& store, FileId id) : store_(store), id_(id) {}
  FsError apply(MetadataTxn&, Inode& inode) override {
    inode.space_used = store_.space(id_);
    return FsError::ok;
  }

 private:
  MemoryContent& store_;
  FileId id_;
};

// Makes [begin, end) a hole once the update has committed.
class MemoryContent::CutEdit final : public ContentEdit {
 public:
  CutEdit(MemoryContent& store, FileId id, u64 begin, u64 end)
      : store_(store), id_(id), begin_(begin), end_(end) {}
  FsError apply(MetadataTxn& txn, Inode& inode) override {
    Stripe& s = store_.stripe(id_);
    std::lock_guard lock(s.mutex);
    auto it = s.files.find(id_);
    if (it == s.files.end()) return FsError::ok;
    inode.space_used = it->second.space() - it->second.covered(begin_, end_);
    txn.on_commit([&store = store_, id = id_, begin = begin_, end = end_] { store.cut(id, begin, end); });
    return FsError::ok;
  }

 private:
  MemoryContent& store_;
  FileId id_;
  u64 begin_, end_;
};

class MemoryContent::CloneEdit final : public ContentEdit {
 public:
  CloneEdit(MemoryContent& store, FileId to, u64 offset, u64 length,
            std::vector<std::pair<u64, Slice>> pieces, u64 charged)
      : store_(store),
        to_(to),
        offset_(offset),
        length_(length),
        pieces_(std::move(pieces)),
        charged_(charged) {}
  ~CloneEdit() override { store_.used_ -= charged_; }
  FsError apply(MetadataTxn& txn, Inode& inode) override {
    u64 bytes = 0;
    for (auto& [at, slice] : pieces_) bytes += slice.size();
    Stripe& s = store_.stripe(to_);
    std::lock_guard lock(s.mutex);
    auto it = s.files.find(to_);
    inode.space_used = bytes;
    if (it != s.files.end())
      inode.space_used += it->second.space() - it->second.covered(offset_, offset_ + length_);
    txn.on_commit([this] { place(); });
    return FsError::ok;
  }

 private:
  void place() {
    store_.cut(to_, offset_, offset_ + length_);
    Stripe& s = store_.stripe(to_);
    std::lock_guard lock(s.mutex);
    FileChunks& file = s.files[to_];
    for (auto& [at, slice] : pieces_) file.adopt(at, slice);
    charged_ = 0;  // now the file's
  }

  MemoryContent& store_;
  FileId to_;
  u64 offset_, length_;
  std::vector<std::pair<u64, Slice>> pieces_;
  u64 charged_;
};

bool MemoryContent::charge(u64 bytes) {
  u64 used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > capacity_ - used) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

u64 MemoryContent::space(FileId id) {
  Stripe& s = stripe(id);
  std::lock_guard lock(s.mutex);
  auto it = s.files.find(id);
  return it == s.files.end() ? 0 : it->second.space();
}

void MemoryContent::cut(FileId id, u64 begin, u64 end) {
  Stripe& s = stripe(id);
  std::lock_guard lock(s.mutex);
  auto it = s.files.find(id);
  if (it == s.files.end()) return;
  u64 before = it->second.space();
  it->second.cut(begin, end);
  used_.fetch_sub(before - it->second.space(), std::memory_order_relaxed);
  if (it->second.space() == 0) s.files.erase(it);
}

Async<ContentRead> MemoryContent::read(const Inode& file, u64 offset, u32 length) {
  ContentRead out;
  if (crashed_) {
    out.error = FsError::io;
    return out;
  }
  Stripe& s = stripe(file.id);
  std::lock_guard lock(s.mutex);
  auto it = s.files.find(file.id);
  if (it != s.files.end())
    it->second.read(offset, length, out.data);
  else if (file.space_used == 0)
    FileChunks().read(offset, length, out.data);
  else
    out.error = FsError::stale;  // it had data when the caller looked: removed since
  return out;
}

Async<ContentChange> MemoryContent::write(const Inode& file, u64 offset, SliceList& data) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  Stripe& s = stripe(file.id);
  u64 length = total_size(data);
  std::lock_guard lock(s.mutex);
  FileChunks& chunks = s.files[file.id];
  u64 before = chunks.space(), more = length - chunks.covered(offset, offset + length);
  if (!charge(more)) {
    if (chunks.space() == 0) s.files.erase(file.id);
    return ContentChange{FsError::no_space, nullptr};
  }
  chunks.write(offset, data);
  data.clear();
  used_ += chunks.space() - before - more;  // holes that were filled
  return ContentChange{FsError::ok, std::make_unique<SpaceEdit>(*this, file.id)};
}

Async<ContentChange> MemoryContent::truncate(const Inode& file, u64 new_size) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  return ContentChange{FsError::ok, std::make_unique<CutEdit>(*this, file.id, std::min(new_size, file.size),
                                                              fs::kMaxFileSize)};
}

Async<ContentChange> MemoryContent::deallocate(const Inode& file, u64 offset, u64 length) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  return ContentChange{FsError::ok, std::make_unique<CutEdit>(*this, file.id, offset, offset + length)};
}

Async<ContentChange> MemoryContent::clone(const Inode& from, u64 from_offset, const Inode& to, u64 to_offset,
                                          u64 length) {
  if (crashed_) return ContentChange{FsError::io, nullptr};
  std::vector<std::pair<u64, Slice>> pieces;
  u64 bytes = 0;
  {
    Stripe& s = stripe(from.id);
    std::lock_guard lock(s.mutex);
    auto it = s.files.find(from.id);
    if (it == s.files.end() && from.space_used > 0) return ContentChange{FsError::stale, nullptr};
    if (it != s.files.end())
      it->second.each(from_offset, from_offset + length, [&](u64 at, Slice slice) {
        bytes += slice.size();
        pieces.emplace_back(at - from_offset + to_offset, std::move(slice));
      });
  }
  // What the range of `to` holds now is given back when the edit is applied.
  if (!charge(bytes)) return ContentChange{FsError::no_space, nullptr};
  return ContentChange{
      FsError::ok, std::make_unique<CloneEdit>(*this, to.id, to_offset, length, std::move(pieces), bytes)};
}

Async<Result<Extent, FsError>> MemoryContent::extent(const Inode& file, u64 offset) {
  using Answer = Result<Extent, FsError>;
  if (crashed_) return Answer(failure(FsError::io));
  if (offset >= file.size) return Answer(failure(FsError::invalid));
  Stripe& s = stripe(file.id);
  std::lock_guard lock(s.mutex);
  auto it = s.files.find(file.id);
  if (it == s.files.end()) return Answer(Extent{offset, file.size - offset, false});
  u64 hole = it->second.next_hole(offset, file.size);
  if (hole > offset) return Answer(Extent{offset, hole - offset, true});
  return Answer(Extent{offset, it->second.next_data(offset, file.size) - offset, false});
}

FsError MemoryContent::remove(MetadataTxn& txn, const Inode& file) {
  Stripe& s = stripe(file.id);
  std::lock_guard lock(s.mutex);
  if (s.files.contains(file.id)) txn.on_commit([this, id = file.id] { cut(id, 0, fs::kMaxFileSize); });
  return FsError::ok;
}

fs::FsStat MemoryContent::statfs() const {
  fs::FsStat stat{};
  stat.total_bytes = capacity_;
  stat.free_bytes = stat.available_bytes = capacity_ - used_.load(std::memory_order_relaxed);
  return stat;
}

FsError MemoryContent::check(fs::MetadataView& view, bool, fs::FindingSink report) {
  using Severity = fs::Finding::Severity;
  for (Stripe& s : stripes_) {
    std::lock_guard lock(s.mutex);
    for (auto& [id, file] : s.files)
      if (!view.inode(id)) report({Severity::leftover, id, "data is held of a file that does not exist"});
  }
  return view.inodes(FileId(0), [&](const Inode& node) {
    u64 bytes = node.type == fs::FileType::regular ? space(node.id) : node.space_used;
    if (bytes != node.space_used)
      report({Severity::damage, node.id,
              fmt::format("holds {} bytes where its inode says {}", bytes, node.space_used)});
    return true;
  });
}

void MemoryContent::crash() {
  crashed_ = true;
  for (Stripe& s : stripes_) {
    std::lock_guard lock(s.mutex);
    s.files.clear();
  }
  used_ = 0;
}

}  // namespace dfs::stores
