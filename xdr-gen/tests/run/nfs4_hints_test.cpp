// What the hints decide for NFSv4, and what its server does with generated code: it decodes a COMPOUND one
// operation after the other.
#include <catch2/catch.hpp>

#include "engine/wire/codec.h"
#include "protocols/nfs4/nfs4.h"
#include "xdr-gen/tests/run/helpers.h"

using namespace dfs;
using namespace dfs::test;

TEST_CASE("operations are decoded one by one: those before a malformed one are there") {
  // RFC 8881 16.2.3: evaluated in order; 15.1.1.1: BADXDR belongs to an operation, not to the COMPOUND.
  const std::string message = unhex(
      "00 00 00 18"                           // PUTROOTFH
      "00 00 00 0f  00 00 00 01 61 00 00 00"  // LOOKUP "a"
      "00 00 00 34  00 00 00 07"              // SECINFO_NO_NAME with a style that there is not
      "00 00 00 0a");                         // GETFH
  Arena arena;
  wire::Reader r(reinterpret_cast<const u8*>(message.data()), message.size(), arena);
  i32 op;
  REQUIRE(r.i32(op));
  CHECK(op == nfs4::OP_PUTROOTFH);
  REQUIRE(r.i32(op));
  CHECK(op == nfs4::OP_LOOKUP);
  nfs4::LOOKUP4args lookup{};
  REQUIRE(decode(r, lookup));
  CHECK(lookup.objname == Text::of("a"));
  REQUIRE(r.i32(op));
  nfs4::SECINFO_NO_NAME4args style{};
  CHECK(!decode(r, style));
  CHECK(r.error().kind == wire::DecodeErrorKind::bad_enum);
}

TEST_CASE("an operation's number is its place in the table, but for ILLEGAL") {
  for (size_t i = 0; i + 1 < nfs4::nfs_argop4_ops.size(); ++i)
    CHECK(nfs4::nfs_argop4_ops[i].op == nfs4::OP_ACCESS + static_cast<i32>(i));
  CHECK(nfs4::nfs_argop4_ops.back().op == nfs4::OP_ILLEGAL);
}

TEST_CASE(
    "every result begins with its status, in memory and on the wire, and needs no more when it failed") {
  // RFC 8881 16.2.3: what did not succeed has a result too. SETATTR alone adds an (empty) bitmap.
  for (const wire::OpDesc& op : nfs4::nfs_argop4_ops) {
    INFO(op.name);
    Arena arena;
    void* result = arena.alloc(op.result->size, op.result->align);
    const i32 status = nfs4::NFS4ERR_BADXDR;
    std::memcpy(result, &status, sizeof status);
    const std::string bytes = wire::encode_to_string([&](wire::Writer& w) { op.result->encode(w, result); });
    const bool bitmap = op.op == nfs4::OP_SETATTR;
    CHECK(bytes == unhex(bitmap ? "00 00 27 34 00 00 00 00" : "00 00 27 34"));
  }
}

TEST_CASE("a COMPOUND with an operation that there is not is sent, and not decoded as a whole") {
  const nfs4::nfs_argop4 ops[] = {{.argop = static_cast<nfs4::nfs_opnum4>(76)}};
  const std::string bytes = encoded(nfs4::COMPOUND4args{.minorversion = 2, .argarray = {ops, 1}});
  CHECK(bytes == unhex("00 00 00 00  00 00 00 02  00 00 00 01  00 00 00 4c"));
  CHECK(verdict(nfs4::COMPOUND4args_desc, bytes) == "bad_arm");
}

TEST_CASE("what has an answer of its own survives decoding") {
  CHECK(verdict(nfs4::CREATE4args_desc,
                unhex("00 00 00 63  00 00 00 01 61 00 00 00  00 00 00 00  00 00 00 00")) ==
        "none");  // BADTYPE, RFC 8881 18.4.3
  CHECK(verdict(nfs4::SEEK4args_desc, unhex("00 00 00 00" + std::string(40, '0') + "00 00 00 02")) ==
        "none");  // UNION_NOTSUPP, RFC 7862 11.1.1
  // A name that is no UTF-8 is INVAL (RFC 8881 14.5), a bitmap of zeros is a bitmap.
  CHECK(verdict(nfs4::LOOKUP4args_desc, unhex("00 00 00 01 ff 00 00 00")) == "none");
  CHECK(verdict(nfs4::GETATTR4args_desc, unhex("00 00 03 e8") + std::string(4000, '\0')) == "none");
}

TEST_CASE("what has none does not: RFC 8881 15.1.1.1") {
  CHECK(verdict(nfs4::open_claim4_desc, unhex("00 00 00 07")) == "bad_enum");
  CHECK(verdict(nfs4::RECLAIM_COMPLETE4args_desc, unhex("00 00 00 02")) == "bad_bool");
  CHECK(verdict(nfs4::nfs_fh4_desc, unhex("00 00 00 81") + std::string(132, 'x')) == "over_bound");
}

TEST_CASE("memory is in proportion to the message") {
  // Of every array that a client can send: as many of the smallest elements as fit into 64 KiB.
  for (const wire::TypeDesc* type :
       {&nfs4::COMPOUND4args_desc, &nfs4::bitmap4_desc, &nfs4::fattr4_acl_desc, &nfs4::pathname4_desc,
        &nfs4::TEST_STATEID4args_desc, &nfs4::LAYOUTERROR4args_desc}) {
    INFO(type->name);
    constexpr u32 kSize = 1 << 16;
    for (u32 count = 1; count < kSize; count *= 2) {
      std::string message(kSize, '\0');
      const size_t at = type == &nfs4::COMPOUND4args_desc ? 8 : type == &nfs4::LAYOUTERROR4args_desc ? 32 : 0;
      wire::store_u32(reinterpret_cast<u8*>(message.data()) + at, count);
      Arena arena;
      wire::Reader r(reinterpret_cast<const u8*>(message.data()), message.size(), arena);
      void* value = arena.alloc(type->size, type->align);
      (void)type->decode(r, value);
      CHECK(arena.used() <= 4 * kSize + 1024);
    }
  }
}
