#include "engine/stores/file/content_rows.h"

#include "engine/fs/nodes.h"

namespace dfs::stores::rows {

using fs::FileId;
using fs::FsError;
using fs::MetadataTxn;
using fs::MetadataView;
using Table = MetadataView::Table;

namespace {

std::string number_key(u64 v) { return fs::file_key(FileId(v)); }
u64 key_number(std::string_view s) { return fs::key_file(s).value; }

FsError count(MetadataTxn& txn, const ChunkHash& hash, int change) {
  auto now = references(txn, hash);
  if (!now) return now.error();
  if (change < 0 && *now == 0) return FsError::corrupt;
  u64 left = *now + static_cast<u64>(change);
  std::string key = hash_key(kRefs, hash), unused = hash_key(kUnused, hash);
  if (left == 0) {
    txn.erase_row(Table::content, key);
    txn.put_row(Table::content, unused, {});
    return FsError::ok;
  }
  if (*now == 0) txn.erase_row(Table::content, unused);
  txn.put_row(Table::content, key, number_key(left));
  return FsError::ok;
}

}  // namespace

std::string map_key(FileId file, u64 index) { return maps_of(file) + number_key(index); }
std::string maps_of(FileId file) { return kMap + fs::file_key(file); }
u64 index_of(std::string_view key) { return key_number(key.substr(9)); }
std::string hash_key(char kind, const ChunkHash& hash) {
  return kind + std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
}
ChunkHash hash_of(std::string_view key) {
  ChunkHash hash{};
  std::memcpy(hash.data(), key.data() + 1, std::min(hash.size(), key.size() - 1));
  return hash;
}
std::string doomed_key(FileId file) { return kDoomed + fs::file_key(file); }
FileId doomed_of(std::string_view key) { return fs::key_file(key.substr(1)); }

Result<ChunkMap, FsError> load(MetadataView& view, FileId file, u64 index) {
  auto row = view.row(Table::content, map_key(file, index));
  if (!row && row.error() == FsError::not_found) return ChunkMap();
  if (!row) return failure(row.error());
  auto map = decode_chunk_map(*row);
  if (!map) return failure(FsError::corrupt);
  return std::move(*map);
}

FsError each(MetadataView& view, FileId file, u64 first, MapVisitor visit) {
  std::string prefix = maps_of(file), after = first > 0 ? map_key(file, first - 1) : std::string();
  FsError e = FsError::ok;
  auto row = [&](std::string_view key, std::string_view value) {
    auto map = decode_chunk_map(value);
    if (!map) {
      e = FsError::corrupt;
      return false;
    }
    return visit(index_of(key), *map);
  };
  FsError scanned = view.rows(Table::content, prefix, after, row);
  return scanned == FsError::ok ? e : scanned;
}

FsError replace(MetadataTxn& txn, FileId file, u64 index, const ChunkMap& before, ChunkMap after) {
  after.settle();
  FsError e = FsError::ok;
  if (before.hash != after.hash) {
    if (after.hash) e = count(txn, *after.hash, 1);
    if (e == FsError::ok && before.hash) e = count(txn, *before.hash, -1);
  }
  if (after.pieces.empty())
    txn.erase_row(Table::content, map_key(file, index));
  else
    txn.put_row(Table::content, map_key(file, index), encode(after));
  return e;
}

Result<u64, FsError> references(MetadataView& view, const ChunkHash& hash) {
  auto row = view.row(Table::content, hash_key(kRefs, hash));
  if (!row && row.error() == FsError::not_found) return 0;
  if (!row) return failure(row.error());
  return key_number(*row);
}

}  // namespace dfs::stores::rows
