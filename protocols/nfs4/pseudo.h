#pragma once

#include <optional>
#include <unordered_map>

#include "engine/fs/exports.h"

namespace dfs::nfs4 {

// The file system that joins all exports into one tree (RFC 8881 7.3): a directory for every component of
// every export's path, read-only, its handles and file numbers made of the paths and so the same after a
// restart. An export whose path is that of a directory covers it. Where an export's path lies below another
// export, the first component behind the outer path is a directory of this tree in the outer export's root
// and covers an entry of that name there, as a mount would. Fixed once exports are complete; thread-safe.
class Pseudo {
 public:
  struct Directory {
    std::string path;                // "" is the root
    std::string_view name;           // its last component
    u32 parent = 0;                  // number
    fs::FileId id{};                 // fileid, mounted_on_fileid of the export that covers it
    const fs::Export* ex = nullptr;  // that covers it
    std::vector<u32> children;       // numbers, by name
    u64 fingerprint = 0;             // of the children's names
  };
  static constexpr u32 kRoot = 0;
  // Names this file system in handles. Stores draw theirs at random.
  static constexpr fs::FsUuid kUuid{'p', 's', 'e', 'u', 'd', 'o'};

  Pseudo(const fs::ExportTable& exports, WallTime started);

  const Directory& at(u32 number) const { return directories_[number]; }
  std::optional<u32> by_id(fs::FileId id) const;
  // The directory an export covers.
  u32 under(const fs::Export& ex) const { return by_export_.at(&ex); }
  std::optional<u32> child(u32 number, std::string_view name) const;
  // Whether there is an export at or below the directory that the client may use. The root is always there.
  bool visible(u32 number, const Endpoint& client) const;
  // A directory as its attributes show it: mode 0555, owned by root, unchanged since the server started.
  fs::Inode inode(u32 number) const;

 private:
  u32 make(const std::string& path);

  WallTime started_;
  std::vector<Directory> directories_;
  std::unordered_map<fs::FileId, u32> by_id_;
  std::unordered_map<const fs::Export*, u32> by_export_;
};

}  // namespace dfs::nfs4
