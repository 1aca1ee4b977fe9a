#pragma once

#include <cstring>
#include <optional>
#include <string_view>

#include "engine/base/bytes.h"

// The file format of LMDB 0.9 on 64-bit machines, as far as a reader of whole files needs it: fixed offsets
// and flags, and views that are only made of bytes that lie inside their page.
namespace dfs::stores::lmdb::pages {

constexpr size_t kHeader = 16, kNodeHeader = 8;
constexpr u16 kBranch = 0x01, kLeaf = 0x02, kOverflow = 0x04, kMeta = 0x08;
constexpr u16 kIntegerKey = 0x08, kNoSubdir = 0x4000;  // of a tree; the second tells how the file was made
constexpr u16 kBigData = 0x01;                         // of a node: its value is in overflow pages
constexpr u32 kMagic = 0xBEEFC0DE, kVersion = 1;
constexpr u64 kNoPage = ~u64(0);

template <class T>
T read(const char* at) {
  T v;
  std::memcpy(&v, at, sizeof v);
  return v;
}

// One of the two trees: free pages, and rows.
struct Tree {
  u16 flags, depth;
  u64 branch_pages, leaf_pages, overflow_pages, entries, root;

  static constexpr size_t kSize = 48;
  static Tree of(const char* p) {
    return {read<u16>(p + 4),  read<u16>(p + 6),  read<u64>(p + 8), read<u64>(p + 16),
            read<u64>(p + 24), read<u64>(p + 32), read<u64>(p + 40)};
  }
};

struct Meta {
  u32 magic, version, page_size;
  Tree free, rows;
  u64 last_page, txn;

  static constexpr size_t kSize = 24 + 2 * Tree::kSize + 16;
  static Meta of(const char* p) {
    return {read<u32>(p),
            read<u32>(p + 4),
            read<u32>(p + 24),
            Tree::of(p + 24),
            Tree::of(p + 24 + Tree::kSize),
            read<u64>(p + 24 + 2 * Tree::kSize),
            read<u64>(p + 32 + 2 * Tree::kSize)};
  }
};

struct Node {
  u64 child;  // of a branch
  u32 size;   // of a leaf's value
  u16 flags;
  std::string_view key, value;  // value: as stored in the page
};

struct Page {
  const char* at;
  size_t size;

  u64 number() const { return read<u64>(at); }
  u16 flags() const { return read<u16>(at + 10); }
  u16 lower() const { return read<u16>(at + 12); }
  u16 upper() const { return read<u16>(at + 14); }
  u32 overflow_pages() const { return read<u32>(at + 12); }
  bool ordered() const {
    return lower() >= kHeader && lower() <= upper() && upper() <= size && lower() % 2 == 0;
  }
  size_t nodes() const { return (lower() - kHeader) / 2; }
  // Nothing when it does not lie inside the page.
  std::optional<Node> node(size_t i) const {
    size_t begin = read<u16>(at + kHeader + 2 * i);
    if (begin < upper() || begin + kNodeHeader > size) return {};
    const char* p = at + begin;
    u64 low = read<u16>(p), high = read<u16>(p + 2);
    Node n{};
    n.flags = read<u16>(p + 4);
    size_t key = read<u16>(p + 6);
    n.child = low | high << 16 | u64(n.flags) << 32;
    n.size = static_cast<u32>(low | high << 16);
    size_t value = (flags() & kBranch) ? 0 : (n.flags & kBigData) ? 8 : n.size;
    if (begin + kNodeHeader + key + value > size) return {};
    n.key = {p + kNodeHeader, key};
    n.value = {p + kNodeHeader + key, value};
    return n;
  }
};

}  // namespace dfs::stores::lmdb::pages
