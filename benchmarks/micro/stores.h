#pragma once

#include "engine/loop/executor.h"
#include "protocols/server/stores_factory.h"

namespace dfs::micro {

template <class T>
T wait(Async<T> a) {
  return a.ready() ? std::move(a).get() : run_blocking(std::move(a));
}

// A file system on fresh stores as a server opens them: "memory", or "lmdb" in a folder that ends with it.
class Files {
 public:
  explicit Files(const std::string& store);
  ~Files();
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  fs::FileSystem& fs() { return *fs_; }
  Clock& clock() { return clock_; }
  Random& random() { return random_; }
  fs::NodeRef directory(std::string_view name);
  fs::NodeRef file(fs::NodeRef dir, std::string_view name);

  const fs::Credential root{0, 0, {}};

 private:
  RealClock clock_;
  Random random_{1};
  Workers workers_{2};
  server::Config config_;
  server::Stores stores_;
  std::unique_ptr<fs::FileSystem> fs_;
};

}  // namespace dfs::micro
