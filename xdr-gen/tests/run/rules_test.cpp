// What a decoder refuses, a test a rule; both codecs, the same reason.
#include <catch2/catch.hpp>

#include "protocols/mount/mount.h"
#include "protocols/nfs3/nfs3.h"
#include "protocols/rpc/rpc.h"
#include "xdr-gen/tests/run/helpers.h"
#include "xdr-gen/tests/run/torture.h"

using namespace dfs;
using namespace dfs::test;

TEST_CASE("a count is held against the bytes left before anything is reserved") {
  // 2^30 gids of 4 bytes each; the message has one.
  const std::string message =
      unhex("00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  00 00 00 10  00 00 00 01");
  CHECK(verdict(rpc::authsys_parms_desc, message) == "truncated");
  for (int codec = 0; codec < 2; ++codec) {
    Arena arena;
    wire::Reader r(reinterpret_cast<const u8*>(message.data()), message.size(), arena);
    rpc::authsys_parms v{};
    CHECK(!(codec == 0 ? decode(r, v) : wire::table_decode(rpc::authsys_parms_desc, r, &v)));
    CHECK(arena.used() == 0);
  }
}

TEST_CASE("a count above the bound") {
  CHECK(verdict(rpc::authsys_parms_desc,
                unhex("00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00  00 00 00 11")) == "over_bound");
  CHECK(verdict(nfs3::nfs_fh3_desc, unhex("00 00 00 41") + std::string(68, 'x')) == "over_bound");
  CHECK(verdict(mount::dirpath_desc, unhex("00 00 04 01") + std::string(1028, 'x')) == "over_bound");
  CHECK(verdict(mount::dirpath_desc, unhex("00 00 04 00") + std::string(1024, 'x')) == "none");
}

TEST_CASE("padding is zero, unless that is switched off") {
  const std::string message = unhex("00 00 00 01 61 00 00 01");
  CHECK(verdict(nfs3::nfs_fh3_desc, message) == "bad_padding");
  CHECK(verdict(nfs3::nfs_fh3_desc, message, false) == "none");
  // Inside a run that is checked once.
  std::string run = encoded(torture::run{.open = torture::RED,
                                         .closed = torture::CALM,
                                         .strong = {},
                                         .rank = torture::LOW,
                                         .padded = {},
                                         .numbers = {}});
  run[23] = 1;
  CHECK(verdict(torture::run_desc, run) == "bad_padding");
  CHECK(verdict(torture::run_desc, run, false) == "none");
}

TEST_CASE("a bool is 0 or 1") {
  CHECK(verdict(nfs3::post_op_attr_desc, unhex("00 00 00 00")) == "none");
  CHECK(verdict(nfs3::post_op_attr_desc, unhex("00 00 00 02")) == "bad_bool");
  std::string run = encoded(torture::primitives{});
  run.back() = 2;
  CHECK(verdict(torture::primitives_desc, run) == "bad_bool");
}

TEST_CASE("a closed enumeration has its values only; an open one keeps others") {
  CHECK(verdict(nfs3::createhow3_desc, unhex("00 00 00 03")) == "bad_enum");
  CHECK(verdict(nfs3::stable_how_desc, unhex("ff ff ff ff")) == "bad_enum");
  CHECK(verdict(torture::moods_desc, unhex("00 00 00 02")) == "bad_enum");
  Arena arena;
  nfs3::GETATTR3res res{};
  CHECK(decode_all(unhex("00 00 30 39"), res, arena).kind == wire::DecodeErrorKind::none);
  CHECK(res.status == 12345);
  CHECK(!nfs3::known(res.status));
}

TEST_CASE("a discriminant without an arm") {
  CHECK(verdict(torture::term_desc, unhex("00 00 00 03")) == "bad_arm");
  CHECK(verdict(torture::by_unsigned_desc, unhex("00 00 00 01 00 00 00 00")) == "bad_arm");
}

TEST_CASE("nesting has a limit") {
  // left, left, left, ..: TRUE each time, then FALSE, a label and no right for each.
  const auto tree = [](int depth) {
    std::string message;
    for (int i = 1; i < depth; ++i) message += unhex("00 00 00 01");
    message += unhex("00 00 00 00 00 00 00 07 00 00 00 00");
    for (int i = 1; i < depth; ++i) message += unhex("00 00 00 07 00 00 00 00");
    return message;
  };
  CHECK(verdict(torture::tree_desc, tree(wire::Reader::kMaxDepth)) == "none");
  CHECK(verdict(torture::tree_desc, tree(wire::Reader::kMaxDepth + 1)) == "too_deep");
  // -(-(-(..: a union that is its own boxed arm, without an end.
  std::string negated;
  for (int i = 0; i < 1000; ++i) negated += unhex("00 00 00 02");
  CHECK(verdict(torture::term_desc, negated) == "too_deep");
}

TEST_CASE("nothing may follow a message") {
  CHECK(verdict(nfs3::GETATTR3res_desc, unhex("00 00 00 46 00")) == "trailing");
}

TEST_CASE("a list ends with the message or at the arena's limit, not later") {
  std::string list;
  for (int i = 0; i < 1000; ++i) list += unhex("00 00 00 01 00 00 00 05");
  CHECK(verdict(torture::cells_desc, list) == "truncated");
  CHECK(verdict(torture::cells_desc, list + unhex("00 00 00 00")) == "none");
  for (int codec = 0; codec < 2; ++codec) {
    Arena small(2048);
    wire::Reader r(reinterpret_cast<const u8*>(list.data()), list.size(), small);
    torture::cells v{};
    CHECK(!(codec == 0 ? decode_cells(r, v) : wire::table_decode(torture::cells_desc, r, &v)));
    CHECK(r.error().kind == wire::DecodeErrorKind::out_of_memory);
  }
}

TEST_CASE("an error says where") {
  Arena arena;
  nfs3::createhow3 how{};
  CHECK(decode_all(unhex("00 00 00 07"), how, arena).offset == 0);
  nfs3::LOOKUP3args args{};
  CHECK(decode_all(unhex("00 00 00 00 00 00 00 01 61 00 00 05"), args, arena).offset == 11);
  torture::run run{};
  std::string message = encoded(torture::run{.open = torture::RED,
                                             .closed = torture::CALM,
                                             .strong = {},
                                             .rank = torture::LOW,
                                             .padded = {},
                                             .numbers = {}});
  message[7] = 9;
  CHECK(decode_all(message, run, arena).offset == 4);
}

TEST_CASE("no bytes at random make the codecs disagree") {
  u64 state = 42;
  for (const wire::TypeDesc* type :
       {&nfs3::READDIRPLUS3res_desc, &nfs3::SETATTR3args_desc, &torture::nested_desc, &torture::sheet_desc,
        &torture::term_desc, &torture::arrays_desc}) {
    for (int i = 0; i < 2000; ++i) {
      std::string message(size_t(i) % 200, '\0');
      for (char& c : message) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        // Mostly small numbers in the right place, so that decoding gets somewhere.
        const bool low = (&c - message.data()) % 4 == 3;
        c = static_cast<char>(low ? state >> 62 : (state >> 60 == 0 ? state >> 50 : 0));
      }
      INFO(type->name << " " << hex(message));
      REQUIRE(wire::cross_check_bytes(*type, Bytes::of(message)) == "");
    }
  }
}
