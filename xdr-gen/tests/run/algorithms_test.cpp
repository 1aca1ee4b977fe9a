// Printing, JSON, comparing, walking, random values: algorithms over TypeDesc, on generated types.
#include <set>

#include <catch2/catch.hpp>

#include "engine/wire/access.h"
#include "engine/wire/diff.h"
#include "engine/wire/json.h"
#include "engine/wire/print.h"
#include "engine/wire/random_value.h"
#include "engine/wire/walk.h"
#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/nfs4/nfs4.h"
#include "xdr-gen/tests/run/helpers.h"
#include "xdr-gen/tests/run/torture.h"

using namespace dfs;
using namespace dfs::test;

namespace {

nfs3::READDIR3res readdir_reply() {
  static const nfs3::entry3 entries[] = {{.fileid = 2, .name = Text::of("."), .cookie = 1},
                                         {.fileid = 3, .name = Text::of("a\xff\n"), .cookie = 2}};
  nfs3::READDIR3res r{};
  r.resok.cookieverf = {0, 0, 0, 0, 0, 0, 0, 9};
  r.resok.reply.entries = {entries, 2};
  r.resok.reply.eof = true;
  return r;
}

}  // namespace

TEST_CASE("print: a line a field") {
  const auto r = readdir_reply();
  CHECK(wire::print(nfs3::READDIR3res_desc, &r) ==
        "status: NFS3_OK\n"
        "resok:\n"
        "  dir_attributes:\n"
        "    attributes_follow: FALSE\n"
        "  cookieverf: 8 bytes 00 00 00 00 00 00 00 09\n"
        "  reply:\n"
        "    entries:\n"
        "      -\n"
        "        fileid: 2\n"
        "        name: \".\"\n"
        "        cookie: 1\n"
        "      -\n"
        "        fileid: 3\n"
        "        name: \"a\\xff\\x0a\"\n"
        "        cookie: 2\n"
        "    eof: TRUE\n");
}

TEST_CASE("print: one line, absent optionals, unknown enum values, long arrays") {
  nfs3::GETATTR3res unknown{};
  unknown.status = static_cast<nfs3::nfsstat3>(99);
  CHECK(wire::print_line(nfs3::GETATTR3res_desc, &unknown) == "{status: 99}");
  torture::tree leaf{.left = nullptr, .label = 1, .right = nullptr};
  torture::tree root{.left = &leaf, .label = 2, .right = nullptr};
  CHECK(wire::print_line(torture::tree_desc, &root) ==
        "{left: {left: absent, label: 1, right: absent}, label: 2, right: absent}");
  const u32 many[100] = {};
  nfs4::bitmap4 bitmap{many, 100};
  CHECK(wire::print_line(nfs4::bitmap4_desc, &bitmap, {.max_elements = 2}) == "[0, 0, .. 98 more]");
  nfs3::nfs_fh3 fh{Bytes::of("0123456789")};
  CHECK(wire::print_line(nfs3::nfs_fh3_desc, &fh, {.max_bytes = 2}) == "{data: 10 bytes 30 31 ..}");
  mount::exports none{};
  CHECK(wire::print(mount::exports_desc, &none) == "");
}

TEST_CASE("print: a payload in pieces") {
  const u8 a[] = {1, 2}, b[] = {3};
  const IoPiece pieces[] = {{a, 2}, {b, 1}};
  nfs3::WRITE3args args{};
  args.data = {pieces, 2, 3};
  CHECK(wire::print_line(nfs3::WRITE3args_desc, &args).find("data: 3 bytes 01 02 03}") != std::string::npos);
}

TEST_CASE("json") {
  const auto r = readdir_reply();
  CHECK(wire::to_json(nfs3::READDIR3res_desc, &r) ==
        R"({"status": "NFS3_OK", "resok": {"dir_attributes": {"attributes_follow": false}, )"
        R"("cookieverf": "0000000000000009", "reply": {"entries": [{"fileid": 2, "name": ".", "cookie": 1}, )"
        R"({"fileid": 3, "name": "a\udcff\u000a", "cookie": 2}], "eof": true}}})");
  torture::tree leaf{};
  CHECK(wire::to_json(torture::tree_desc, &leaf) == R"({"left": null, "label": 0, "right": null})");
}

TEST_CASE("diff: the first field that differs, by path") {
  auto a = readdir_reply(), b = readdir_reply();
  CHECK(wire::diff(nfs3::READDIR3res_desc, &a, &b) == "");
  b.resok.reply.eof = false;
  CHECK(wire::diff(nfs3::READDIR3res_desc, &a, &b) == "resok.reply.eof: TRUE != FALSE");
  b.resok.reply.entries.size = 1;
  CHECK(wire::diff(nfs3::READDIR3res_desc, &a, &b) == "resok.reply.entries: 2 elements != 1 elements");
  b.status = nfs3::NFS3ERR_IO;
  CHECK(wire::diff(nfs3::READDIR3res_desc, &a, &b) == "status: NFS3_OK != NFS3ERR_IO");
  torture::tree leaf{}, with{.left = &leaf, .label = 0, .right = nullptr};
  CHECK(wire::diff(torture::tree_desc, &with, &leaf) == "left: present != absent");
}

TEST_CASE("diff: payloads are equal when their bytes are") {
  const u8 bytes[] = {1, 2, 3};
  const IoPiece whole[] = {{bytes, 3}}, parts[] = {{bytes, 1}, {bytes + 1, 2}};
  nfs3::WRITE3args a{}, b{};
  a.data = {whole, 1, 3};
  b.data = {parts, 2, 3};
  CHECK(wire::diff(nfs3::WRITE3args_desc, &a, &b) == "");
  CHECK(a == b);
  b.data = {parts, 1, 1};
  CHECK(wire::diff(nfs3::WRITE3args_desc, &a, &b) == "data: 3 bytes 01 02 03 != 1 byte 01");
}

TEST_CASE("walk: outer before inner, only what is selected, and no further than asked") {
  const auto r = readdir_reply();
  std::vector<std::string> paths;
  wire::walk(nfs3::READDIR3res_desc, &r, [&](const wire::WalkStep& step) {
    paths.push_back(step.path);
    return step.path != "resok.reply.entries[0]";
  });
  CHECK(paths == std::vector<std::string>{
                     "", "status", "resok", "resok.dir_attributes", "resok.dir_attributes.attributes_follow",
                     "resok.cookieverf", "resok.reply", "resok.reply.entries", "resok.reply.entries[0]",
                     "resok.reply.entries[1]", "resok.reply.entries[1].fileid", "resok.reply.entries[1].name",
                     "resok.reply.entries[1].cookie", "resok.reply.eof"});
}

TEST_CASE("random values: the same for the same seed, others for another") {
  Arena arena;
  const auto json = [&](u64 seed) {
    nfs3::SETATTR3args v{};
    REQUIRE(wire::RandomValues(seed).fill(nfs3::SETATTR3args_desc, &v, arena));
    return wire::to_json(nfs3::SETATTR3args_desc, &v);
  };
  CHECK(json(1) == json(1));
  CHECK(json(1) != json(2));
}

TEST_CASE("random values reach every arm, every enum value and both sides of an optional") {
  Arena arena;
  std::set<i32> operations, colors;
  std::set<bool> left;
  for (u64 seed = 0; seed < 3000; ++seed) {
    arena.reset();
    nfs4::nfs_argop4 op{};
    torture::by_enum by_enum{};
    torture::tree tree{};
    wire::RandomValues random(seed);
    REQUIRE(random.fill(nfs4::nfs_argop4_desc, &op, arena));
    REQUIRE(random.fill(torture::by_enum_desc, &by_enum, arena));
    REQUIRE(random.fill(torture::tree_desc, &tree, arena));
    operations.insert(op.argop);
    if (torture::known(by_enum.color)) colors.insert(by_enum.color);
    left.insert(tree.left != nullptr);
  }
  CHECK(operations.size() == nfs4::nfs_argop4_ops.size());
  CHECK(colors.size() == 6);
  CHECK(left.size() == 2);
}

TEST_CASE("random values keep to the bounds") {
  Arena arena;
  for (u64 seed = 0; seed < 200; ++seed) {
    torture::opaques v{};
    REQUIRE(wire::RandomValues(seed).fill(torture::opaques_desc, &v, arena));
    CHECK(v.some.size <= 3);
    CHECK(v.text.size <= 7);
  }
}
