#pragma once

#include "engine/fs/exports.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::nfs4 {

// What a filehandle names, as the caller of this COMPOUND may use it: an object of an export, or a directory
// of the pseudo file system that joins the exports (RFC 8881 7.3). `who` refers to the call's credential.
struct Place {
  enum class Kind : u8 { none, pseudo, object };
  Kind kind = Kind::none;
  u32 pseudo = 0;  // number of the pseudo directory; 0 is the root
  const fs::Export* ex = nullptr;
  const fs::ExportRule* rule = nullptr;
  fs::Credential who{};
  fs::NodeRef node{};

  explicit operator bool() const { return kind != Kind::none; }
  bool object() const { return kind == Kind::object; }
  fs::FileSystem& fs() const { return *ex->file_system; }
  bool read_only() const { return kind == Kind::pseudo || rule->read_only; }
  // One fsid.
  bool same_fs(const Place& o) const {
    return kind == o.kind && (!object() || ex->file_system == o.ex->file_system);
  }
  bool same_file(const Place& o) const {
    return same_fs(o) && (object() ? node == o.node : pseudo == o.pseudo);
  }
};

}  // namespace dfs::nfs4
