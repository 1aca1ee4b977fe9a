#pragma once

#include <functional>
#include <memory>

#include "engine/fs/content_store.h"
#include "engine/loop/executor.h"

namespace dfs::fs::contract {

// A pair of stores under test and the backing (a folder, nothing) they live on.
class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  // Opens the stores on the same backing, after closing or crashing those that were open.
  virtual void open() = 0;
  virtual MetadataStore& metadata() = 0;
  virtual ContentStore& content() = 0;
  // Whether closed stores come back with what they held.
  virtual bool durable() const = 0;
};
using StoreFactory = std::function<std::unique_ptr<StoreFixture>()>;

// Waits for any Async of a store.
template <class T>
T wait(Async<T> a) {
  if (a.ready()) return std::move(a).get();
  return run_blocking(std::move(a));
}

// One store at a time: tables, transactions, order.
void metadata_rows(const StoreFactory& make);
void metadata_directories(const StoreFactory& make);
void metadata_transactions(const StoreFactory& make);
void metadata_durability(const StoreFactory& make);
// Bytes, holes, sharing, space.
void content_bytes(const StoreFactory& make);
void content_holes(const StoreFactory& make);
void content_sharing(const StoreFactory& make);
void content_random(const StoreFactory& make);
// What files mean, over the pair.
void fs_create(const StoreFactory& make);
void fs_permissions(const StoreFactory& make);
void fs_acl_decisions(const StoreFactory& make);
void fs_acl_attributes(const StoreFactory& make);
void fs_acl_inheritance(const StoreFactory& make);
void fs_xattrs(const StoreFactory& make);
void fs_riders(const StoreFactory& make);
void fs_attributes(const StoreFactory& make);
void fs_names(const StoreFactory& make);
void fs_rename(const StoreFactory& make);
void fs_links(const StoreFactory& make);
void fs_io(const StoreFactory& make);
void fs_ranges(const StoreFactory& make);
void fs_copies(const StoreFactory& make);
void fs_directories(const StoreFactory& make);
void fs_holds(const StoreFactory& make);
void fs_concurrency(const StoreFactory& make);
void fs_restart(const StoreFactory& make);
// What check() says of tables that contradict each other.
void fs_check(const StoreFactory& make);
// Power cuts and failing calls, at every point there is.
void fs_crashes(const StoreFactory& make);
void fs_failing_calls(const StoreFactory& make);

}  // namespace dfs::fs::contract

// One test case for each part of the contract.
#define DFS_STORE_CONTRACT_CASE(part, store, factory) \
  TEST_CASE(#part " on " store, "[contract][" store "]") { ::dfs::fs::contract::part(factory); }
#define DFS_METADATA_CONTRACT(store, factory)                    \
  DFS_STORE_CONTRACT_CASE(metadata_rows, store, factory)         \
  DFS_STORE_CONTRACT_CASE(metadata_directories, store, factory)  \
  DFS_STORE_CONTRACT_CASE(metadata_transactions, store, factory) \
  DFS_STORE_CONTRACT_CASE(metadata_durability, store, factory)
#define DFS_CONTENT_CONTRACT(store, factory)               \
  DFS_STORE_CONTRACT_CASE(content_bytes, store, factory)   \
  DFS_STORE_CONTRACT_CASE(content_holes, store, factory)   \
  DFS_STORE_CONTRACT_CASE(content_sharing, store, factory) \
  DFS_STORE_CONTRACT_CASE(content_random, store, factory)
#define DFS_FILE_SYSTEM_CONTRACT(store, factory)              \
  DFS_STORE_CONTRACT_CASE(fs_create, store, factory)          \
  DFS_STORE_CONTRACT_CASE(fs_permissions, store, factory)     \
  DFS_STORE_CONTRACT_CASE(fs_acl_decisions, store, factory)   \
  DFS_STORE_CONTRACT_CASE(fs_acl_attributes, store, factory)  \
  DFS_STORE_CONTRACT_CASE(fs_acl_inheritance, store, factory) \
  DFS_STORE_CONTRACT_CASE(fs_xattrs, store, factory)          \
  DFS_STORE_CONTRACT_CASE(fs_riders, store, factory)          \
  DFS_STORE_CONTRACT_CASE(fs_attributes, store, factory)      \
  DFS_STORE_CONTRACT_CASE(fs_names, store, factory)           \
  DFS_STORE_CONTRACT_CASE(fs_rename, store, factory)          \
  DFS_STORE_CONTRACT_CASE(fs_links, store, factory)           \
  DFS_STORE_CONTRACT_CASE(fs_io, store, factory)              \
  DFS_STORE_CONTRACT_CASE(fs_ranges, store, factory)          \
  DFS_STORE_CONTRACT_CASE(fs_copies, store, factory)          \
  DFS_STORE_CONTRACT_CASE(fs_directories, store, factory)     \
  DFS_STORE_CONTRACT_CASE(fs_holds, store, factory)           \
  DFS_STORE_CONTRACT_CASE(fs_concurrency, store, factory)     \
  DFS_STORE_CONTRACT_CASE(fs_restart, store, factory)         \
  DFS_STORE_CONTRACT_CASE(fs_check, store, factory)           \
  DFS_STORE_CONTRACT_CASE(fs_crashes, store, factory)         \
  DFS_STORE_CONTRACT_CASE(fs_failing_calls, store, factory)
