#pragma once

#include "engine/fs/metadata_store.h"
#include "engine/stores/file/chunk_map.h"

// The rows of the file content store in Table::content, by the first byte of their key.
namespace dfs::stores::rows {

constexpr char kMap = 'm';     // file id, chunk index -> ChunkMap
constexpr char kRefs = 'h';    // hash -> how many rows name the chunk file
constexpr char kUnused = 'z';  // hash -> empty: no row names it any more, the chunk file is to be deleted
constexpr char kDoomed = 'd';  // file id -> empty: the file is gone, its staging file is to be deleted
constexpr char kStore = 'u';   // which content folder belongs to this metadata

std::string map_key(fs::FileId file, u64 index);
std::string maps_of(fs::FileId file);  // prefix
u64 index_of(std::string_view map_key);
std::string hash_key(char kind, const ChunkHash& hash);
ChunkHash hash_of(std::string_view hash_key);
std::string doomed_key(fs::FileId file);
fs::FileId doomed_of(std::string_view key);

// One chunk's map; an empty one when there is no row.
Result<ChunkMap, fs::FsError> load(fs::MetadataView& view, fs::FileId file, u64 index);

// Calls visit(index, map) for the chunks from `first` on that have data, in order, until it returns false.
using MapVisitor = FunctionRef<bool(u64 index, ChunkMap& map)>;
fs::FsError each(fs::MetadataView& view, fs::FileId file, u64 first, MapVisitor visit);

// Replaces a chunk's row and keeps the counts of references of the chunk files it named and names now.
fs::FsError replace(fs::MetadataTxn& txn, fs::FileId file, u64 index, const ChunkMap& before, ChunkMap after);

// The number of rows that name a chunk file.
Result<u64, fs::FsError> references(fs::MetadataView& view, const ChunkHash& hash);

}  // namespace dfs::stores::rows
