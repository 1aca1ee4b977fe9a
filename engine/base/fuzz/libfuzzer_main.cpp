// The target as a libFuzzer program. `--seeds=FOLDER` writes the seeds there and ends.
#include <filesystem>
#include <fstream>

#include "engine/base/fuzz/target.h"

namespace {

int write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int n = 0;
  dfs::fuzz::seeds([&](std::string_view seed) {
    std::ofstream(folder / fmt::format("{:05}", n++), std::ios::binary) << seed;
  });
  return n == 0;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view kOption = "--seeds=";
  for (int i = 1; i < *argc; ++i)
    if (const std::string_view a = (*argv)[i]; a.starts_with(kOption))
      std::exit(write_seeds(a.substr(kOption.size())));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const dfs::u8* data, size_t size) {
  dfs::fuzz::run({data, static_cast<dfs::u32>(size)});
  return 0;
}
