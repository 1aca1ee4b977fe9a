#pragma once

#include <mutex>
#include <set>
#include <string>

#include "engine/fs/exports.h"
#include "protocols/mount/mount.h"
#include "protocols/rpc/program.h"

namespace dfs::mount {

// Who mounted what, as DUMP tells it (RFC 1813 5.2.2): advice for people, nothing depends on it. Bounded;
// thread-safe.
class MountList {
 public:
  struct Entry {
    std::string host, directory;
    auto operator<=>(const Entry&) const = default;
  };
  void add(Entry e);
  void remove(const Entry& e);
  void remove_host(const std::string& host);
  std::vector<Entry> entries() const;

 private:
  static constexpr size_t kMax = 4096;
  mutable std::mutex mutex_;
  std::set<Entry> entries_;
};

// What MOUNT needs of the server; outlives every call.
struct Mount {
  const fs::ExportTable& exports;
  const fs::HandleSealer& sealer;
  MountList list;
};

// Version 1, for programs that list exports and mounts; its MNT refuses, since its handles are those of
// NFSv2.
rpc::Program program_v1(Mount& m);
// Version 3: RFC 1813 section 5.
rpc::Program program_v3(Mount& m);

// The handlers; both versions share all but MNT.
Async<fhstatus> mnt_v1(Mount& m, rpc::Call& call, const dirpath& path);
Async<mountres3> mnt(Mount& m, rpc::Call& call, const dirpath& path);
Async<mountlist> dump(Mount& m, rpc::Call& call, const rpc::Void&);
Async<rpc::Void> umnt(Mount& m, rpc::Call& call, const dirpath& path);
Async<rpc::Void> umntall(Mount& m, rpc::Call& call, const rpc::Void&);
Async<exports> list_exports(Mount& m, rpc::Call& call, const rpc::Void&);

}  // namespace dfs::mount
