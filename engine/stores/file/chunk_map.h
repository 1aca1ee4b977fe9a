#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/bytes.h"

namespace dfs::stores {

constexpr u64 kFileChunk = 262144;  // bytes of a file described by one row

using ChunkHash = std::array<u8, 32>;  // SHA-256 of a sealed chunk's bytes

// Where the bytes of one chunk of a file are. Pieces are disjoint and in order; what no piece covers is a
// hole. Staged bytes lie in the chunk's slot of the file's staging file, at their offset within the chunk,
// and are changed in place. Sealed bytes lie in the chunk file named by the hash, which never changes and may
// be shared.
struct ChunkMap {
  struct Piece {
    u32 begin, end;  // within the chunk
    bool sealed;
    u32 at;  // sealed: offset within the chunk file
    bool operator==(const Piece&) const = default;
  };
  std::optional<u64> slot;        // when any piece is staged
  std::optional<ChunkHash> hash;  // when any piece is sealed
  std::vector<Piece> pieces;

  u32 space() const;  // bytes that are data
  bool staged() const;
  bool sealed() const;
  // Turns [begin, end) into a hole.
  void cut(u32 begin, u32 end);
  // Makes [begin, end) staged.
  void stage(u32 begin, u32 end);
  // Drops the slot or the hash when no piece needs it any more.
  void settle();
  bool operator==(const ChunkMap&) const = default;
};

// As the value of a row; decoding refuses anything that breaks the rules above.
std::string encode(const ChunkMap& map);
std::optional<ChunkMap> decode_chunk_map(std::string_view row);

std::string to_hex(const ChunkHash& hash);
std::optional<ChunkHash> from_hex(std::string_view hex);

}  // namespace dfs::stores
