#include "engine/stores/lmdb/tables.h"

namespace dfs::stores::lmdb {

using fs::FileId;
using fs::FsError;
using fs::Inode;

Result<std::string_view, FsError> Tables::get(std::string_view key) {
  for (const Memtable* table : {static_cast<const Memtable*>(&layers_.active), &layers_.flushing}) {
    const Memtable::Change* change = table->empty() ? nullptr : table->find(key);
    if (change == nullptr) continue;
    if (!*change) return failure(FsError::not_found);
    return std::string_view(**change);
  }
  Snapshot* snapshot = lease_.get();
  if (snapshot == nullptr) return failure(FsError::io);
  return snapshot->get(key);
}

FsError Tables::inode(FileId id, Inode& out, bool pending_only) {
  Key key = Key::inode(id);
  bool changed = pending(key);
  if (!changed && pending_only) return FsError::not_found;
  if (!changed && layers_.cache.get(id, out)) return FsError::ok;
  auto value = get(key);
  if (!value) return value.error();
  if (!decode_inode(id, *value, out)) return FsError::corrupt;
  if (!changed) layers_.cache.put(out);
  return FsError::ok;
}

namespace {

// One memtable's part of a scan.
struct Range {
  Memtable::Map::const_iterator at, end;
  bool valid() const { return at != end; }
};

Range range(const Memtable& table, std::string_view from) {
  return {table.changes().lower_bound(from), table.changes().end()};
}

}  // namespace

FsError Tables::scan(std::string_view prefix, std::string_view from, Visitor visit) {
  Snapshot* snapshot = lease_.get();
  if (snapshot == nullptr) return FsError::io;
  if (from < prefix) from = prefix;
  Range newest = range(layers_.active, from), newer = range(layers_.flushing, from);
  Walk stored(snapshot->txn(), layers_.env.table());
  stored.seek(from);
  for (;;) {
    std::string_view key;
    bool any = false;
    auto consider = [&](bool valid, std::string_view candidate) {
      if (valid && (!any || candidate < key)) key = candidate, any = true;
    };
    consider(newest.valid(), newest.valid() ? newest.at->first : key);
    consider(newer.valid(), newer.valid() ? newer.at->first : key);
    consider(stored.valid(), stored.valid() ? stored.key() : key);
    if (!any || !key.starts_with(prefix)) return stored.error();

    // The newest layer that knows the key decides; the others step over it.
    const Memtable::Change* change = nullptr;
    bool in_newest = newest.valid() && newest.at->first == key,
         in_newer = newer.valid() && newer.at->first == key;
    bool in_stored = stored.valid() && stored.key() == key;
    if (in_newest)
      change = &newest.at->second;
    else if (in_newer)
      change = &newer.at->second;
    if (change != nullptr) {
      if (*change && !visit(key, **change)) return FsError::ok;
    } else {
      auto value = stored.value();
      if (!value) return value.error();
      if (!visit(key, *value)) return FsError::ok;
    }
    if (in_newest) ++newest.at;
    if (in_newer) ++newer.at;
    if (in_stored) stored.next();
  }
}

}  // namespace dfs::stores::lmdb
