#include "engine/stores/file/chunk_map.h"

#include <algorithm>
#include <cstring>

namespace dfs::stores {

u32 ChunkMap::space() const {
  u32 n = 0;
  for (const Piece& p : pieces) n += p.end - p.begin;
  return n;
}

bool ChunkMap::staged() const {
  return std::any_of(pieces.begin(), pieces.end(), [](const Piece& p) { return !p.sealed; });
}
bool ChunkMap::sealed() const {
  return std::any_of(pieces.begin(), pieces.end(), [](const Piece& p) { return p.sealed; });
}

void ChunkMap::cut(u32 begin, u32 end) {
  std::vector<Piece> left;
  left.reserve(pieces.size() + 1);
  for (const Piece& p : pieces) {
    if (p.begin < std::min(p.end, begin)) left.push_back({p.begin, std::min(p.end, begin), p.sealed, p.at});
    u32 from = std::max(p.begin, end);
    if (from < p.end) left.push_back({from, p.end, p.sealed, p.sealed ? p.at + (from - p.begin) : 0});
  }
  pieces = std::move(left);
}

void ChunkMap::stage(u32 begin, u32 end) {
  cut(begin, end);
  auto at = std::find_if(pieces.begin(), pieces.end(), [&](const Piece& p) { return p.begin >= end; });
  at = pieces.insert(at, Piece{begin, end, false, 0});
  if (auto next = at + 1; next != pieces.end() && !next->sealed && next->begin == at->end) {
    at->end = next->end;
    at = pieces.erase(next) - 1;
  }
  if (at != pieces.begin() && !(at - 1)->sealed && (at - 1)->end == at->begin) {
    (at - 1)->end = at->end;
    pieces.erase(at);
  }
}

void ChunkMap::settle() {
  if (!staged()) slot.reset();
  if (!sealed()) hash.reset();
}

namespace {

constexpr u8 kLayout = 1, kHasSlot = 2, kHasHash = 4;

void put(std::string& out, u64 v, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(v >> (8 * i)));
}
bool take(std::string_view& in, u64& v, size_t bytes) {
  if (in.size() < bytes) return false;
  v = 0;
  for (size_t i = 0; i < bytes; ++i) v |= u64(static_cast<u8>(in[i])) << (8 * i);
  in.remove_prefix(bytes);
  return true;
}

// A piece takes three numbers of four bytes: begin, end with the sealed bit above, offset in the chunk file.
constexpr u32 kSealedBit = 1u << 31;

}  // namespace

std::string encode(const ChunkMap& map) {
  std::string out;
  out.reserve(48 + 12 * map.pieces.size());
  put(out, kLayout | (map.slot ? kHasSlot : 0) | (map.hash ? kHasHash : 0), 1);
  if (map.slot) put(out, *map.slot, 8);
  if (map.hash) out.append(reinterpret_cast<const char*>(map.hash->data()), map.hash->size());
  for (const auto& p : map.pieces) {
    put(out, p.begin, 4);
    put(out, p.end | (p.sealed ? kSealedBit : 0), 4);
    put(out, p.at, 4);
  }
  return out;
}

std::optional<ChunkMap> decode_chunk_map(std::string_view row) {
  ChunkMap map;
  u64 flags, v;
  if (!take(row, flags, 1) || !(flags & kLayout) || flags > (kLayout | kHasSlot | kHasHash)) return {};
  if (flags & kHasSlot) {
    if (!take(row, v, 8)) return {};
    map.slot = v;
  }
  if (flags & kHasHash) {
    if (row.size() < sizeof(ChunkHash)) return {};
    std::memcpy(map.hash.emplace().data(), row.data(), sizeof(ChunkHash));
    row.remove_prefix(sizeof(ChunkHash));
  }
  u32 last = 0;
  while (!row.empty()) {
    u64 begin, end, at;
    if (!take(row, begin, 4) || !take(row, end, 4) || !take(row, at, 4)) return {};
    bool sealed = end & kSealedBit;
    end &= ~u64(kSealedBit);
    if (begin < last || begin >= end || end > kFileChunk || at > kFileChunk) return {};
    last = static_cast<u32>(end);
    map.pieces.push_back({static_cast<u32>(begin), last, sealed, static_cast<u32>(at)});
  }
  if (map.staged() != map.slot.has_value() || map.sealed() != map.hash.has_value()) return {};
  return map;
}

std::string to_hex(const ChunkHash& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (u8 b : hash) {
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
}

std::optional<ChunkHash> from_hex(std::string_view hex) {
  ChunkHash hash{};
  if (hex.size() != 2 * hash.size()) return {};
  for (size_t i = 0; i < hex.size(); ++i) {
    char c = hex[i];
    bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'a' || c > 'f')) return {};
    hash[i / 2] = static_cast<u8>(hash[i / 2] << 4 | (digit ? c - '0' : c - 'a' + 10));
  }
  return hash;
}

}  // namespace dfs::stores
