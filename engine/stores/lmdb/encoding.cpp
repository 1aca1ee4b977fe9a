#include "engine/stores/lmdb/encoding.h"

#include <cstring>

#include "engine/base/check.h"

namespace dfs::stores::lmdb {
namespace {

using fs::Dirent;
using fs::FileId;
using fs::FileType;
using fs::Inode;

// Fields one after the other, little-endian, without padding. The same list writes and reads.
struct Writer {
  std::string out;
  template <class T>
  bool operator()(const T& v) {
    u64 wide = static_cast<u64>(v);
    for (size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>(wide >> (8 * i)));
    return true;
  }
};
struct Reader {
  std::string_view in;
  template <class T>
  bool operator()(T& v) {
    if (in.size() < sizeof(T)) return false;
    u64 wide = 0;
    for (size_t i = 0; i < sizeof(T); ++i) wide |= u64(static_cast<u8>(in[i])) << (8 * i);
    if (std::is_same_v<T, bool> && wide > 1) return false;
    v = static_cast<T>(wide);
    in.remove_prefix(sizeof(T));
    return true;
  }
};

template <class IO, class Node>
bool inode_fields(IO& io, Node& n) {
  return io(n.type) && io(n.has_create_verifier) && io(n.mode) && io(n.nlink) && io(n.uid) && io(n.gid) &&
         io(n.generation) && io(n.size) && io(n.space_used) && io(n.change) && io(n.atime.sec) &&
         io(n.atime.nsec) && io(n.mtime.sec) && io(n.mtime.nsec) && io(n.ctime.sec) && io(n.ctime.nsec) &&
         io(n.btime.sec) && io(n.btime.nsec) && io(n.rdev_major) && io(n.rdev_minor) && io(n.parent.value) &&
         io(n.next_cookie) && io(n.entries) && io(n.create_verifier);
}
// What came with format 2; only inodes that have any of it take the longer layout.
template <class IO, class Node>
bool extra_inode_fields(IO& io, Node& n) {
  return io(n.has_acl) && io(n.has_xattrs);
}
bool has_extra(const Inode& n) { return n.has_acl || n.has_xattrs; }

constexpr char kInodeLayout = 1, kLongInodeLayout = 2;

bool valid(FileType t) { return t >= FileType::regular && t <= FileType::socket; }

}  // namespace

Key& Key::text(std::string_view s) {
  DFS_CHECK(s.size() <= sizeof bytes_ - size_);
  if (!s.empty()) std::memcpy(bytes_ + size_, s.data(), s.size());
  size_ += static_cast<u32>(s.size());
  return *this;
}

FileId id_of(std::string_view key) {
  u64 id = 0;
  for (char c : key.substr(1)) id = id << 8 | static_cast<u8>(c);
  return FileId(id);
}

std::string encode_inode(const Inode& inode) {
  Writer w;
  w.out.reserve(160);
  w.out.push_back(has_extra(inode) ? kLongInodeLayout : kInodeLayout);
  inode_fields(w, inode);
  if (has_extra(inode)) extra_inode_fields(w, inode);
  return std::move(w.out);
}

bool decode_inode(FileId id, std::string_view value, Inode& out) {
  if (value.empty() || (value[0] != kInodeLayout && value[0] != kLongInodeLayout)) return false;
  Reader r{value.substr(1)};
  out.id = id;
  out.has_acl = out.has_xattrs = false;
  if (!inode_fields(r, out)) return false;
  if (value[0] == kLongInodeLayout && !(extra_inode_fields(r, out) && has_extra(out))) return false;
  return r.in.empty() && valid(out.type);
}

std::string encode_named(const Dirent& entry) {
  Writer w;
  w(entry.cookie), w(entry.id.value), w(entry.type);
  return std::move(w.out);
}

bool decode_named(std::string_view value, Dirent& out) {
  Reader r{value};
  return r(out.cookie) && r(out.id.value) && r(out.type) && r.in.empty() && valid(out.type);
}

std::string encode_listed(const Dirent& entry, std::string_view name) {
  Writer w;
  w(entry.id.value), w(entry.type);
  w.out.append(name);
  return std::move(w.out);
}

bool decode_listed(std::string_view key, std::string_view value, Dirent& out, std::string_view& name) {
  if (key.size() != 17) return false;
  out.cookie = 0;
  for (char c : key.substr(9)) out.cookie = out.cookie << 8 | static_cast<u8>(c);
  Reader r{value};
  if (!r(out.id.value) || !r(out.type) || !valid(out.type)) return false;
  name = r.in;
  return !name.empty();
}

std::string encode_number(u64 value) {
  Writer w;
  w(value);
  return std::move(w.out);
}

bool decode_number(std::string_view value, u64& out) {
  Reader r{value};
  return r(out) && r.in.empty();
}

}  // namespace dfs::stores::lmdb
