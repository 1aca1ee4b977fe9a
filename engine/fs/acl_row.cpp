#include "engine/fs/acl_row.h"

#include "engine/fs/nodes.h"

namespace dfs::fs {
namespace {

using Table = MetadataView::Table;

// Layout, then for the dacl and the sacl: flags, count, entries. Numbers are little-endian.
constexpr u8 kLayout = 1;

void put(std::string& out, u32 v, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(v >> (8 * i)));
}

template <class T>
bool take(std::string_view& in, size_t bytes, T& out) {
  if (in.size() < bytes) return false;
  u32 v = 0;
  for (size_t i = 0; i < bytes; ++i) v |= u32(static_cast<u8>(in[i])) << (8 * i);
  in.remove_prefix(bytes);
  out = static_cast<T>(v);
  return true;
}

void encode(std::string& out, const Acl& acl) {
  put(out, acl.flags, 1);
  put(out, static_cast<u32>(acl.aces.size()), 2);
  for (const Ace& a : acl.aces) {
    put(out, static_cast<u32>(a.type), 1);
    put(out, static_cast<u32>(a.who), 1);
    put(out, a.flags, 2);
    put(out, a.mask, 4);
    put(out, a.id, 4);
  }
}

bool decode(std::string_view& in, Acl& acl, bool sacl) {
  size_t count;
  if (!take(in, 1, acl.flags) || !take(in, 2, count) || count > kMaxStoredAces) return false;
  acl.aces.resize(count);
  for (Ace& a : acl.aces) {
    if (!take(in, 1, a.type) || !take(in, 1, a.who) || !take(in, 2, a.flags) || !take(in, 4, a.mask) ||
        !take(in, 4, a.id))
      return false;
    if (a.type > AceType::alarm || a.who > Who::service || (a.type >= AceType::audit) != sacl) return false;
  }
  return true;
}

}  // namespace

std::string encode_acls(const Acls& acls) {
  std::string out;
  out.reserve(8 + 12 * (acls.dacl.aces.size() + acls.sacl.aces.size()));
  put(out, kLayout, 1);
  encode(out, acls.dacl);
  encode(out, acls.sacl);
  return out;
}

bool decode_acls(std::string_view row, Acls& out) {
  u8 layout;
  return take(row, 1, layout) && layout == kLayout && decode(row, out.dacl, false) &&
         decode(row, out.sacl, true) && row.empty();
}

Result<Acls, FsError> load_acls(MetadataView& view, const Inode& node) {
  Acls acls;
  if (!node.has_acl) {
    acls.dacl = acl_from_mode(node.mode, node.type);
    acls.sacl.flags = Acl::kDefaulted;
    return acls;
  }
  auto row = view.row(Table::acl, file_key(node.id));
  if (!row) return failure(row.error() == FsError::not_found ? FsError::corrupt : row.error());
  if (!decode_acls(*row, acls)) return failure(FsError::corrupt);
  return acls;
}

void store_acls(MetadataTxn& txn, Inode& node, const Acls& acls) {
  constexpr u16 kPermissions = 0777;
  txn.put_row(Table::acl, file_key(node.id), encode_acls(acls));
  node.has_acl = true;
  node.mode = static_cast<u16>((node.mode & ~kPermissions) | mode_of(acls.dacl));
}

}  // namespace dfs::fs
