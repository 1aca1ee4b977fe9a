// Where each field stands in the bytes, and lies told there.
#include <catch2/catch.hpp>

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/rpc/rpc.h"
#include "xdr-gen/tests/run/helpers.h"
#include "xdr-gen/tests/run/schemas.h"
#include "xdr-gen/tests/run/torture.h"

#include "engine/wire/random_value.h"

using namespace dfs;
using namespace dfs::test;

namespace {

std::string encode_mapped(const wire::TypeDesc& type, const void* v, wire::FieldMap& map) {
  return wire::encode_to_string([&](wire::Writer& w) { wire::table_encode(type, w, v, &map); });
}

}  // namespace

TEST_CASE("field map: values, lengths and padding") {
  nfs3::LOOKUP3args args{};
  args.what = {.dir = {Bytes::of("\x01\x02\x03\x04")}, .name = Text::of("hello")};
  wire::FieldMap map;
  const std::string message = encode_mapped(nfs3::LOOKUP3args_desc, &args, map);
  const auto range = [&](std::string_view path) {
    const wire::ByteRange* r = map.find(path);
    return r == nullptr ? std::pair<size_t, size_t>{} : std::pair{r->begin, r->end};
  };
  using Range = std::pair<size_t, size_t>;
  CHECK(range("len(what.dir.data)") == Range{0, 4});
  CHECK(range("what.dir.data") == Range{4, 8});
  CHECK(range("len(what.name)") == Range{8, 12});
  CHECK(range("what.name") == Range{12, 17});
  CHECK(range("pad(what.name)") == Range{17, 20});
  CHECK(range("what") == Range{0, 20});
  CHECK(range("") == Range{0, 20});
  CHECK(map.find("pad(what.dir.data)") == nullptr);
}

TEST_CASE("field map: optionals, lists, arrays, unions") {
  torture::tree leaf{.left = nullptr, .label = 1, .right = nullptr},
      root{.left = &leaf, .label = 2, .right = nullptr};
  wire::FieldMap map;
  encode_mapped(torture::tree_desc, &root, map);
  CHECK(map.find("present(left)")->begin == 0);
  CHECK(map.find("left")->begin == 4);
  CHECK(map.find("present(left.left)")->begin == 4);
  CHECK(map.find("left.label")->begin == 8);
  CHECK(map.find("label")->begin == 16);
  CHECK(map.find("right") == nullptr);

  const mount::exportnode nodes[] = {{.ex_dir = Text::of("/a"), .ex_groups = {}},
                                     {.ex_dir = Text::of("/b"), .ex_groups = {}}};
  const mount::exports exports{nodes, 2};
  wire::FieldMap list;
  encode_mapped(mount::exports_desc, &exports, list);
  CHECK(list.find("more([0])")->begin == 0);
  CHECK(list.find("[0].ex_dir")->begin == 8);
  CHECK(list.find("more([0].ex_groups[0])")->begin == 12);
  CHECK(list.find("more([1])")->begin == 16);
  CHECK(list.find("more([2])")->begin == 32);
}

TEST_CASE("patches: numbers in the width of the field, bytes of any length") {
  nfs3::READ3args args{};
  args.file.data = Bytes::of("abcd");
  wire::FieldMap map;
  const std::string message = encode_mapped(nfs3::READ3args_desc, &args, map);
  CHECK(hex(*wire::patched(message, map, "len(file.data)", u64{0xffffffff})).substr(0, 8) == "ffffffff");
  CHECK(hex(*wire::patched(message, map, "offset", i64{-1})).substr(16, 16) == "ffffffffffffffff");
  CHECK(wire::patched(message, map, "count", u64{1} << 32).error() == wire::PatchError::does_not_fit);
  CHECK(wire::patched(message, map, "file.datum", u64{1}).error() == wire::PatchError::no_field);
  CHECK(wire::patched(message, map, "file", u64{1})->size() ==
        message.size());  // 8 bytes wide, as it happens
  CHECK(*wire::patched(message, map, "file.data", std::string_view("x")) ==
        unhex("00 00 00 04 78") + std::string(12, '\0'));
}

TEST_CASE("field map: the smallest fields of any value cover its bytes without overlap") {
  for (const wire::Schema* schema : all_schemas())
    for (u32 i = 0; i < schema->type_count; ++i)
      for (u64 seed = 0; seed < 20; ++seed) {
        const wire::TypeDesc& type = *schema->types[i];
        Arena arena;
        void* v = arena.alloc(type.size, type.align);
        REQUIRE(wire::RandomValues(seed).fill(type, v, arena));
        wire::FieldMap map;
        const std::string message = encode_mapped(type, v, map);
        size_t end = 0;  // parts are recorded before what they are part of
        for (const auto& field : map.fields()) {
          INFO(type.name << " " << field.path);
          REQUIRE(field.range.begin <= field.range.end);
          REQUIRE(field.range.begin <= end);
          end = std::max(end, field.range.end);
        }
        CHECK(end == message.size());
      }
}
