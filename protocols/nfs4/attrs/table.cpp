#include "protocols/nfs4/attrs/table.h"

#include "protocols/nfs4/attrs/settings.h"
#include "protocols/nfs4/attrs/values.h"
#include "protocols/nfs4/op_table.h"

namespace dfs::nfs4 {
namespace {

template <class T, bool (*Decode)(wire::Reader&, T&)>
bool skip(wire::Reader& r) {
  T value;
  return Decode(r, value);
}

#define PUT_R(name) values::name
#define PUT_W(name) nullptr
#define PUT_RW(name) values::name
#define TAKE_R(name) nullptr
#define TAKE_W(name) settings::name
#define TAKE_RW(name) settings::name
constexpr AttrRow kAttrs[] = {
#define NFS4_ATTR(NAME, name, access, first, scope, flags) \
  {FATTR4_##NAME,                                          \
   #name,                                                  \
   first,                                                  \
   AttrScope::scope,                                       \
   flags,                                                  \
   PUT_##access(name),                                     \
   TAKE_##access(name),                                    \
   skip<fattr4_##name, decode_fattr4_##name>},
#include "protocols/nfs4/attrs/table.def"
#undef NFS4_ATTR
};

constexpr u32 kNumbers = AttrSet::kWords * 32;
constexpr std::array<u8, kNumbers> make_index() {
  std::array<u8, kNumbers> index{};
  for (u32 i = 0; i < std::size(kAttrs); ++i) index[kAttrs[i].number] = static_cast<u8>(i + 1);
  return index;
}
constexpr auto kIndex = make_index();  // 0: no row

struct Sets {
  AttrSet supported, readable, writable;
};
std::array<Sets, kMaxMinor + 1> make_sets() {
  std::array<Sets, kMaxMinor + 1> sets{};
  for (u32 minor = 0; minor <= kMaxMinor; ++minor)
    for (const AttrRow& row : kAttrs) {
      if (row.first_minor > minor) continue;
      sets[minor].supported.add(row.number);
      if (row.put != nullptr) sets[minor].readable.add(row.number);
      if (row.take != nullptr) sets[minor].writable.add(row.number);
    }
  return sets;
}
const auto kSets = make_sets();  // no constant: under UBSan g++ 12 takes no function's address for one

}  // namespace

const AttrRow* find_attr(u32 number) {
  return number >= kNumbers || kIndex[number] == 0 ? nullptr : &kAttrs[kIndex[number] - 1];
}

std::span<const AttrRow> all_attrs() { return kAttrs; }

const AttrSet& supported_attrs(u32 minor) { return kSets[minor].supported; }
const AttrSet& readable_attrs(u32 minor) { return kSets[minor].readable; }
const AttrSet& writable_attrs(u32 minor) { return kSets[minor].writable; }

AttrSet attrs_with(u32 flags) {
  AttrSet set;
  for (const AttrRow& row : kAttrs)
    if (row.flags & flags) set.add(row.number);
  return set;
}

}  // namespace dfs::nfs4
