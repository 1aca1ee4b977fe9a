#include "protocols/server/fault_words.h"

#include "engine/fs/error.h"
#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/nfs4/nfs4.h"

namespace dfs::server {
namespace {

// The statuses of a protocol, and how the names of its points begin.
struct Statuses {
  const char* points;
  const wire::TypeDesc* type;
};
constexpr Statuses kStatuses[] = {
    {"nfs3.", &nfs3::nfsstat3_desc},
    {"nfs4.", &nfs4::nfsstat4_desc},
    {"mount.", &mount::mountstat3_desc},
};

std::optional<i64> number_of(std::string_view name) {
  for (const Statuses& s : kStatuses)
    for (u32 i = 0; i < s.type->value_count; ++i)
      if (name == s.type->values[i].name) return s.type->values[i].value;
  return {};
}

std::string name_of(std::string_view point, i64 number) {
  for (const Statuses& s : kStatuses) {
    if (!point.starts_with(s.points)) continue;
    for (u32 i = 0; i < s.type->value_count; ++i)
      if (number == s.type->values[i].value) return s.type->values[i].name;
  }
  return {};
}

fault::Vocabulary make_words() {
  fault::Vocabulary words{number_of, name_of, {}};
  for (u32 i = 0; i < fs::kFsErrorCount; ++i)
    words.errors.emplace_back(fs::name(static_cast<fs::FsError>(i)));
  return words;
}

}  // namespace

const fault::Vocabulary& fault_words() {
  static const fault::Vocabulary words = make_words();
  return words;
}

}  // namespace dfs::server
