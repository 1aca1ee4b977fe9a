#include <fmt/format.h>
#include <sys/stat.h>

#include <unordered_set>

#include "engine/fs/nodes.h"
#include "engine/stores/file/file_content.h"

namespace dfs::stores {

using fs::FileId;
using fs::Finding;
using fs::FsError;
using fs::MetadataView;
using Table = MetadataView::Table;

namespace {

u64 size_of(const FdRef& fd) {
  struct stat st;
  return fstat(fd->get(), &st) == 0 ? static_cast<u64>(st.st_size) : 0;
}

}  // namespace

// Rows against inodes, rows against files, files against rows.
class FileContent::Check {
 public:
  Check(FileContent& store, MetadataView& view, bool deep, fs::FindingSink report)
      : store_(store), view_(view), deep_(deep), report_(report) {}

  FsError run() {
    FsError e = view_.inodes(FileId(0), [&](const fs::Inode& node) {
      if (node.type == fs::FileType::regular) check_file(node);
      return true;
    });
    if (e == FsError::ok) e = check_rows();
    if (e == FsError::ok) e = check_references();
    if (e == FsError::ok) find_leftovers();
    return e;
  }

 private:
  template <class... Args>
  void damage(FileId id, fmt::format_string<Args...> text, Args&&... args) {
    report_({Finding::Severity::damage, id, fmt::format(text, std::forward<Args>(args)...)});
  }
  void leftover(FileId id, std::string text) { report_({Finding::Severity::leftover, id, std::move(text)}); }

  void check_file(const fs::Inode& node) {
    u64 space = 0, needed = 0;
    std::unordered_set<u64> slots;
    FsError e = rows::each(view_, node.id, 0, [&](u64 index, ChunkMap& map) {
      space += map.space();
      if (map.hash) ++references_[to_hex(*map.hash)];
      if (map.slot && !slots.insert(*map.slot).second)
        damage(node.id, "two of its chunks lie in slot {}", *map.slot);
      for (const ChunkMap::Piece& p : map.pieces) {
        if (!p.sealed) needed = std::max(needed, *map.slot * kFileChunk + p.end);
        if (index * kFileChunk + p.end > node.size) damage(node.id, "has data beyond its size {}", node.size);
        if (p.sealed) check_chunk(node.id, *map.hash, p.at + (p.end - p.begin));
      }
      return true;
    });
    if (e != FsError::ok) damage(node.id, "its map cannot be read: {}", name(e));
    if (e == FsError::ok && space != node.space_used)
      damage(node.id, "its map has {} bytes where its inode says {}", space, node.space_used);
    if (needed == 0) return;
    auto staging = store_.folder_->open_staging(node.id, false);
    if (!staging)
      damage(node.id, "its staging file cannot be opened: {}", name(staging.error()));
    else if (size_of(*staging) < needed)
      damage(node.id, "its staging file has {} bytes where {} are named", size_of(*staging), needed);
  }

  void check_chunk(FileId id, const ChunkHash& hash, u64 needed) {
    std::string hex = to_hex(hash);
    auto [known, first] = chunk_sizes_.try_emplace(hex, 0);
    if (first) {
      auto fd = store_.folder_->open_unread_chunk(hash);
      if (!fd) {
        damage(id, "the chunk file {} cannot be opened: {}", hex, name(fd.error()));
        return;
      }
      known->second = size_of(*fd);
      if (deep_) verify(id, hash, *fd, known->second);
    }
    if (known->second < needed)
      damage(id, "the chunk file {} has {} bytes where {} are named", hex, known->second, needed);
  }

  void verify(FileId id, const ChunkHash& hash, const FdRef& fd, u64 size) {
    std::string bytes(std::min(size, kFileChunk), '\0');
    FsError e = read_all(fd->get(), 0, reinterpret_cast<u8*>(bytes.data()), bytes.size());
    if (e != FsError::ok || hash_bytes(bytes) != hash)
      damage(id, "the chunk file {} has other bytes than its name says", to_hex(hash));
  }

  FsError check_rows() {
    FileId last(0);
    return view_.rows(Table::content, std::string(1, rows::kMap), {},
                      [&](std::string_view key, std::string_view) {
                        FileId id = fs::key_file(key.substr(1));
                        if (id != last && !view_.inode(id)) leftover(id, "a map belongs to no file");
                        last = id;
                        return true;
                      });
  }

  FsError check_references() {
    FsError e = view_.rows(
        Table::content, std::string(1, rows::kRefs), {}, [&](std::string_view key, std::string_view) {
          ChunkHash hash = rows::hash_of(key);
          std::string hex = to_hex(hash);
          u64 counted = 0, stored = rows::references(view_, hash).value_or(0);
          if (auto it = references_.find(hex); it != references_.end()) counted = it->second;
          if (counted != stored)
            damage(FileId(0), "the chunk {} has {} references where {} are counted", hex, counted, stored);
          references_.erase(hex);
          return true;
        });
    for (auto& [hex, n] : references_)
      if (e == FsError::ok)
        damage(FileId(0), "the chunk {} has {} references where none are counted", hex, n);
    return e;
  }

  void find_leftovers() {
    store_.folder_->each_staging([&](FileId id) {
      bool due = view_.row(Table::content, rows::doomed_key(id)).has_value();
      if (!due && !view_.inode(id)) leftover(id, "a staging file belongs to no file");
      return true;
    });
    store_.folder_->each_chunk([&](const std::string& path, const std::optional<ChunkHash>& hash) {
      bool due = hash && view_.row(Table::content, rows::hash_key(rows::kUnused, *hash)).has_value();
      if (!due && (!hash || !chunk_sizes_.contains(to_hex(*hash))))
        leftover(FileId(0), fmt::format("the file {} is named by no other", path));
      return true;
    });
  }

  FileContent& store_;
  MetadataView& view_;
  const bool deep_;
  fs::FindingSink report_;
  std::map<std::string, u64> references_;   // as the maps have them
  std::map<std::string, u64> chunk_sizes_;  // of the chunk files that maps name
};

FsError FileContent::check(MetadataView& view, bool deep, fs::FindingSink report) {
  return Check(*this, view, deep, report).run();
}

}  // namespace dfs::stores
