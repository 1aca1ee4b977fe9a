// The target as a test: its seeds, mutations of them, and the files and folders given, which hold inputs that
// once failed.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "engine/base/fuzz/target.h"

namespace {

using namespace dfs;

// Copied to its exact size, so that a sanitizer sees a read behind the input.
void run(std::string_view input) {
  const std::vector<u8> copy(input.begin(), input.end());
  fuzz::run({copy.data(), static_cast<u32>(copy.size())});
}

void run_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  run(std::string(std::istreambuf_iterator<char>(in), {}));
}

std::string mutated(std::string text, fuzz::Sequence& random) {
  for (u32 changes = 1 + random.below(4); changes > 0 && !text.empty(); --changes) {
    const u32 at = random.below(static_cast<u32>(text.size()));
    switch (random.below(4)) {
      case 0:
        text[at] = static_cast<char>(random.next());
        break;
      case 1:
        text[at] = static_cast<char>(random.below(2) ? 0xff : 0);
        break;
      case 2:
        text.erase(at, 1 + random.below(8));
        break;
      default:
        text.insert(at, text.substr(random.below(static_cast<u32>(text.size())), 1 + random.below(8)));
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kMutations = 2000;
  std::vector<std::string> seeds;
  fuzz::seeds([&](std::string_view seed) { seeds.emplace_back(seed); });
  for (const auto& seed : seeds) run(seed);
  fuzz::Sequence random(1);
  for (int i = 0; i < kMutations; ++i)
    run(mutated(seeds[random.below(static_cast<u32>(seeds.size()))], random));
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      run_file(argv[i]);
      ++files;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      run_file(entry.path());
      ++files;
    }
  }
  fmt::print("{} seeds, {} mutations, {} files\n", seeds.size(), kMutations, files);
  return 0;
}
