// The rows of the durable stores: decoding refuses what encoding did not make, whatever a damaged disk
// returns.
#include "engine/base/fuzz/target.h"
#include "engine/fs/acl_row.h"
#include "engine/fs/xattr_rows.h"
#include "engine/stores/file/chunk_map.h"
#include "engine/stores/lmdb/encoding.h"

namespace dfs::fuzz {
namespace {

using namespace stores;

enum Row : u8 { inode, named, listed, number, chunk_map, acls, xattr_names, kRows };

std::string encode_again(Row row, std::string_view key, std::string_view value) {
  switch (row) {
    case inode: {
      fs::Inode out;
      return lmdb::decode_inode(fs::FileId{7}, value, out) ? lmdb::encode_inode(out) : std::string(value);
    }
    case named: {
      fs::Dirent out;
      return lmdb::decode_named(value, out) ? lmdb::encode_named(out) : std::string(value);
    }
    case listed: {
      fs::Dirent out;
      std::string_view name;
      return lmdb::decode_listed(key, value, out, name) ? lmdb::encode_listed(out, name) : std::string(value);
    }
    case number: {
      u64 out;
      return lmdb::decode_number(value, out) ? lmdb::encode_number(out) : std::string(value);
    }
    case acls: {
      fs::Acls out;
      return fs::decode_acls(value, out) ? fs::encode_acls(out) : std::string(value);
    }
    case xattr_names: {
      fs::XattrNames out;
      return fs::decode_xattr_names(value, out) ? fs::encode(out) : std::string(value);
    }
    default: {
      const auto out = decode_chunk_map(value);
      return out ? encode(*out) : std::string(value);
    }
  }
}

}  // namespace

void run(Bytes input) {
  Front front(input);
  const auto row = static_cast<Row>(front.byte() % kRows);
  const auto key = lmdb::Key::cookie(fs::FileId{front.byte()}, front.byte());
  require(encode_again(row, key, front.rest().view()) == front.rest().view(),
          "row {}: encoded to other bytes", static_cast<int>(row));
}

void seeds(FunctionRef<void(std::string_view)> give) {
  auto row = [&](Row kind, const std::string& value) {
    give(std::string{static_cast<char>(kind), 1, 2} + value);
  };
  fs::Inode file{};
  file.id = fs::FileId{7};
  file.size = 12345;
  row(inode, lmdb::encode_inode(file));
  file.has_acl = true;
  row(inode, lmdb::encode_inode(file));
  fs::Dirent entry{};
  entry.id = fs::FileId{9};
  row(named, lmdb::encode_named(entry));
  row(listed, lmdb::encode_listed(entry, "a name"));
  row(number, lmdb::encode_number(1u << 20));
  row(acls, fs::encode_acls({fs::acl_from_mode(0640, fs::FileType::regular), {}}));
  row(xattr_names, fs::encode(fs::XattrNames{9, {{1, 5, "a name"}, {8, 0, "b"}}}));
  ChunkMap map;
  row(chunk_map, encode(map));
  map.slot = 3;
  map.stage(100, 5000);
  row(chunk_map, encode(map));
  map.hash = ChunkHash{1, 2, 3};
  map.pieces.push_back({8000, 9000, true, 40});
  row(chunk_map, encode(map));
}

}  // namespace dfs::fuzz
