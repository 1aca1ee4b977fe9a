#pragma once

#include <string>

#include "engine/fs/metadata_store.h"

// How rows look in the database: one ordered table whose keys begin with a letter for the kind, so that what
// is read together lies together. Numbers in keys are big-endian (byte order is numeric order), in values
// little-endian. Every stored value ends with a checksum over key and value.
namespace dfs::stores::lmdb {

// 2 added ACLs and extended attributes. A store of format 1 becomes one of format 2 when it is opened: all
// its rows are rows of this one.
constexpr u32 kFormatVersion = 2;
constexpr size_t kMaxKey = 400;  // the longest key given out; LMDB takes 511

// A key under construction on the stack.
class Key {
 public:
  static Key inode(fs::FileId id) { return Key('i').number(id.value); }
  static Key name(fs::FileId dir, std::string_view name) { return Key('n').number(dir.value).text(name); }
  static Key cookie(fs::FileId dir, fs::Cookie c) { return Key('c').number(dir.value).number(c); }
  static Key cookies(fs::FileId dir) { return Key('c').number(dir.value); }  // prefix of the above
  static Key row(fs::MetadataView::Table table, std::string_view key) {
    return Key('r').byte(static_cast<char>(table)).text(key);
  }
  static Key meta(std::string_view what) { return Key('m').text(what); }

  std::string_view view() const { return {bytes_, size_}; }
  operator std::string_view() const { return view(); }

 private:
  explicit Key(char kind) { byte(kind); }
  Key& byte(char c) {
    bytes_[size_++] = c;
    return *this;
  }
  Key& number(u64 v) {
    for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<char>(v >> shift));
    return *this;
  }
  Key& text(std::string_view s);

  char bytes_[kMaxKey + 2];
  u32 size_ = 0;
};

fs::FileId id_of(std::string_view inode_key);

// Values. Decoding gives false for anything encode did not make.
std::string encode_inode(const fs::Inode& inode);
bool decode_inode(fs::FileId id, std::string_view value, fs::Inode& out);
std::string encode_named(const fs::Dirent& entry);  // under a name key
bool decode_named(std::string_view value, fs::Dirent& out);
std::string encode_listed(const fs::Dirent& entry, std::string_view name);  // under a cookie key
bool decode_listed(std::string_view key, std::string_view value, fs::Dirent& out, std::string_view& name);
std::string encode_number(u64 value);
bool decode_number(std::string_view value, u64& out);

}  // namespace dfs::stores::lmdb
