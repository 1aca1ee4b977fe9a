#include "engine/stores/lmdb/views.h"

namespace dfs::stores::lmdb {

using fs::Cookie;
using fs::Dirent;
using fs::FileId;
using fs::FsError;
using fs::Inode;

template <class Base>
Result<Dirent, FsError> Reading<Base>::lookup(FileId dir, std::string_view name) {
  auto value = tables_.get(Key::name(dir, name));
  if (!value) return failure(value.error());
  Dirent out;
  if (!decode_named(*value, out)) return failure(FsError::corrupt);
  return out;
}

template <class Base>
FsError Reading<Base>::scan(FileId dir, Cookie after, bool with_inodes,
                            fs::MetadataView::EntryVisitor visit) {
  if (after == UINT64_MAX) return FsError::ok;
  FsError e = FsError::ok;
  Inode node;
  auto each = [&](std::string_view key, std::string_view value) {
    Dirent entry;
    std::string_view name;
    if (!decode_listed(key, value, entry, name)) {
      e = FsError::corrupt;
      return false;
    }
    if (!with_inodes) return visit(name, entry, nullptr);
    FsError found = tables_.inode(entry.id, node);
    if (found == FsError::ok) return visit(name, entry, &node);
    if (found == FsError::not_found) return visit(name, entry, nullptr);
    e = found;
    return false;
  };
  FsError scanned = tables_.scan(Key::cookies(dir), Key::cookie(dir, after + 1), each);
  return scanned == FsError::ok ? e : scanned;
}

template <class Base>
Result<std::string, FsError> Reading<Base>::row(Table table, std::string_view key) {
  auto value = tables_.get(Key::row(table, key));
  if (!value) return failure(value.error());
  return std::string(*value);
}

template <class Base>
FsError Reading<Base>::rows(Table table, std::string_view prefix, std::string_view after,
                            fs::MetadataView::RowVisitor visit) {
  constexpr size_t kHead = 2;  // the letter and the table
  Key first = Key::row(table, after);
  auto each = [&](std::string_view key, std::string_view value) {
    if (!after.empty() && key == first.view()) return true;
    return visit(key.substr(kHead), value);
  };
  return tables_.scan(Key::row(table, prefix), first, each);
}

template <class Base>
FsError Reading<Base>::inodes(FileId after, fs::MetadataView::InodeVisitor visit) {
  if (after.value == UINT64_MAX) return FsError::ok;
  FsError e = FsError::ok;
  auto each = [&](std::string_view key, std::string_view value) {
    Inode node;
    if (key.size() == 9 && decode_inode(id_of(key), value, node)) return visit(node);
    e = FsError::corrupt;
    return false;
  };
  FsError scanned = tables_.scan("i", Key::inode(FileId(after.value + 1)), each);
  return scanned == FsError::ok ? e : scanned;
}

template class Reading<fs::MetadataView>;
template class Reading<fs::MetadataTxn>;

bool Txn::known(std::string_view key) {
  auto found = tables_.get(key);
  if (!found && found.error() != FsError::not_found) error_ = found.error();
  return found.has_value();
}

bool Txn::known(FileId id) {
  Inode ignored;
  FsError e = tables_.inode(id, ignored, id.value >= first_new_);
  if (e != FsError::ok && e != FsError::not_found) error_ = e;
  return e == FsError::ok;
}

void Txn::set(std::string_view key, Memtable::Change change) {
  undo_.push_back({std::string(key), layers_.active.set(key, std::move(change))});
}

void Txn::put_inode(const Inode& inode) {
  if (!known(inode.id)) ++inodes_, ++added_;
  layers_.cache.forget(inode.id);
  set(Key::inode(inode.id), encode_inode(inode));
}

void Txn::erase_inode(FileId id) {
  if (!known(id)) return;
  --inodes_, ++erased_;
  layers_.cache.forget(id);
  set(Key::inode(id), {});
}

void Txn::put_dirent(FileId dir, std::string_view name, const Dirent& entry) {
  erase_dirent(dir, name);
  ++added_;
  set(Key::name(dir, name), encode_named(entry));
  set(Key::cookie(dir, entry.cookie), encode_listed(entry, name));
}

void Txn::erase_dirent(FileId dir, std::string_view name) {
  auto before = lookup(dir, name);
  if (!before) {
    if (before.error() != FsError::not_found) error_ = before.error();
    return;
  }
  ++erased_;
  set(Key::name(dir, name), {});
  set(Key::cookie(dir, before->cookie), {});
}

void Txn::put_row(Table table, std::string_view key, std::string_view value) {
  // The server's own rows are a handful, and a full disk must not keep it from closing cleanly. A reply is
  // put in the place of the one before, and must not keep its client from removing files.
  if (table != Table::server && table != Table::session) ++added_;
  set(Key::row(table, key), std::string(value));
}

void Txn::erase_row(Table table, std::string_view key) {
  Key k = Key::row(table, key);
  if (!known(k)) return;
  ++erased_;
  set(k, {});
}

void Txn::roll_back() {
  for (; !undo_.empty(); undo_.pop_back())
    layers_.active.restore(undo_.back().key, std::move(undo_.back().before));
}

}  // namespace dfs::stores::lmdb
