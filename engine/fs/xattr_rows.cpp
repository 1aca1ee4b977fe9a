#include "engine/fs/xattr_rows.h"

#include <algorithm>

#include "engine/fs/nodes.h"

namespace dfs::fs {
namespace {

using Table = MetadataView::Table;

// Layout, next cookie, then each entry: cookie, size, length of the name, name. Numbers are little-endian.
constexpr char kLayout = 1;

void put(std::string& out, u64 v, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(v >> (8 * i)));
}

template <class T>
bool take(std::string_view& in, size_t bytes, T& out) {
  if (in.size() < bytes) return false;
  u64 v = 0;
  for (size_t i = 0; i < bytes; ++i) v |= u64(static_cast<u8>(in[i])) << (8 * i);
  in.remove_prefix(bytes);
  out = static_cast<T>(v);
  return true;
}

}  // namespace

XattrNames::Entry* XattrNames::find(std::string_view name) {
  auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.name == name; });
  return it == entries.end() ? nullptr : &*it;
}

u64 XattrNames::name_bytes() const {
  u64 n = 0;
  for (const Entry& e : entries) n += e.name.size() + 1;
  return n;
}

u64 XattrNames::total_bytes() const {
  u64 n = 0;
  for (const Entry& e : entries) n += e.name.size() + e.size;
  return n;
}

std::string encode(const XattrNames& names) {
  std::string out(1, kLayout);
  put(out, names.next_cookie, 8);
  for (const XattrNames::Entry& e : names.entries) {
    put(out, e.cookie, 8);
    put(out, e.size, 4);
    put(out, e.name.size(), 1);
    out.append(e.name);
  }
  return out;
}

bool decode_xattr_names(std::string_view row, XattrNames& out) {
  out = {};
  if (row.empty() || row[0] != kLayout) return false;
  row.remove_prefix(1);
  if (!take(row, 8, out.next_cookie)) return false;
  for (Cookie last = 0; !row.empty();) {
    XattrNames::Entry e;
    size_t length;
    if (!take(row, 8, e.cookie) || !take(row, 4, e.size) || !take(row, 1, length)) return false;
    if (e.cookie <= last || e.cookie >= out.next_cookie || e.size > kMaxXattrValue) return false;
    if (length == 0 || length > row.size()) return false;
    last = e.cookie;
    e.name = row.substr(0, length);
    row.remove_prefix(length);
    out.entries.push_back(std::move(e));
  }
  return true;
}

std::string xattr_key(FileId id, std::string_view name) { return file_key(id).append(name); }

Result<XattrNames, FsError> load_xattr_names(MetadataView& view, const Inode& node) {
  XattrNames names;
  if (!node.has_xattrs) return names;
  auto row = view.row(Table::xattr, file_key(node.id));
  if (!row) return failure(row.error() == FsError::not_found ? FsError::corrupt : row.error());
  if (!decode_xattr_names(*row, names)) return failure(FsError::corrupt);
  return names;
}

void store_xattr_names(MetadataTxn& txn, Inode& node, const XattrNames& names) {
  txn.put_row(Table::xattr, file_key(node.id), encode(names));
  node.has_xattrs = true;
}

FsError erase_xattrs(MetadataTxn& txn, const Inode& node) {
  auto names = load_xattr_names(txn, node);
  if (!names) return names.error();
  for (const XattrNames::Entry& e : names->entries) txn.erase_row(Table::xattr, xattr_key(node.id, e.name));
  txn.erase_row(Table::xattr, file_key(node.id));
  return FsError::ok;
}

}  // namespace dfs::fs
