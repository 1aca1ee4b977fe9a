#pragma once

#include <chrono>
#include <optional>
#include <thread>

#include "benchmarks/load/workload.h"
#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"

namespace dfs::load {

// Makes files and directories for a workload with ordinary NFSv3 calls. Throws std::runtime_error.
class Setup {
 public:
  explicit Setup(const Target& target);

  using Handle = std::string;
  const Handle& root() const { return root_; }
  Handle directory(const Handle& parent, const std::string& name);  // made, or found
  Handle file(const Handle& parent, const std::string& name);       // made, or found
  Handle filled_file(const Handle& parent, const std::string& name, u64 size);

  template <class Res, class Args>
  Res call(u32 procedure, const Args& args, Arena& arena) {
    const std::string arguments = encoded(args);
    for (int attempts = 100;; --attempts) {
      last_ = client_.call(nfs3::NFS_PROGRAM, nfs3::NFS_V3, procedure, arguments);
      auto res = decoded<Res>(last_, arena);
      // A busy server may ask to be asked again later (RFC 1813 2.6).
      if (res.status != nfs3::NFS3ERR_JUKEBOX || attempts == 0) return res;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  static nfs3::nfs_fh3 fh(const Handle& h) { return {Bytes::of(h)}; }

 private:
  std::optional<Handle> find(const Handle& parent, const std::string& name);
  RpcClient client_;
  std::string last_;
  Handle root_;
};

}  // namespace dfs::load
