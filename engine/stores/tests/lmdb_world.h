#pragma once

#include <catch2/catch.hpp>

#include "engine/base/log.h"
#include "engine/fs/store_contract/world.h"
#include "engine/stores/tests/fixtures.h"

// What the tests of LMDB's own share.
namespace dfs::stores {

inline std::unique_ptr<LmdbMetadata> open_ok(const std::string& folder, LmdbOptions options = small_lmdb()) {
  auto opened = LmdbMetadata::open(folder, options);
  INFO((opened ? std::string() : opened.error()));
  REQUIRE(opened.has_value());
  return std::move(*opened);
}

// One row by its key, in the table of the server's facts.
inline fs::FsError put(LmdbMetadata& store, const std::string& key, const std::string& value,
                       fs::CommitSeq* seq = nullptr) {
  auto fn = [&](fs::MetadataTxn& t) {
    t.put_row(fs::MetadataView::Table::server, key, value);
    return fs::FsError::ok;
  };
  return fs::contract::wait(store.update(fn, seq));
}
inline Result<std::string, fs::FsError> get(LmdbMetadata& store, const std::string& key) {
  Result<std::string, fs::FsError> out;
  auto fn = [&](fs::MetadataView& v) {
    out = v.row(fs::MetadataView::Table::server, key);
    return fs::FsError::ok;
  };
  REQUIRE(fs::contract::wait(store.read(fn)) == fs::FsError::ok);
  return out;
}

struct Quiet {  // for tests whose store says loudly that it failed
  Quiet() { log::configure(log::Level::off); }
  ~Quiet() { log::configure(log::Level::warn); }
};

}  // namespace dfs::stores
