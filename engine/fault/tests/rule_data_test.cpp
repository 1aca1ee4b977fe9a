#include "engine/fault/rule_data.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace dfs;
using namespace dfs::fault;
using nlohmann::json;

namespace {

const Vocabulary kWords{
    [](std::string_view name) { return name == "NFS3ERR_IO" ? std::optional<i64>(5) : std::nullopt; },
    [](std::string_view point, i64 number) {
      return point.starts_with("nfs3.") && number == 5 ? std::string("NFS3ERR_IO") : std::string();
    },
    {"ok", "io", "no_space"}};

std::string why(const char* text) {
  const auto rule = rule_from_data(json::parse(text), kWords);
  REQUIRE_FALSE(rule);
  return rule.error();
}

}  // namespace

TEST_CASE("rules as data: what is written is what is read") {
  const char* rules[] = {
      R"({"point": "net.read", "do": "note"})",
      R"({"point": "nfs3.proc.*.enter", "uid": 0, "xid": 4294967295, "do": {"fail": {"status": "NFS3ERR_IO"}}})",
      R"({"point": "rpc.call.decoded", "do": {"fail": {"status": 5}}})",
      R"({"point": "store.write.before", "file": 3, "after": 8, "do": {"error": {"name": "no_space"}}})",
      R"({"point": "nfs4.op.OPEN.leave", "client": 18446744073709551615, "session": "00ff", "index": 0, "fh": "01",
          "nth": 2, "limit": 1, "chance": 0.5, "do": {"delay": {"seconds": 0.25}}})",
      R"({"point": "rpc.reply.tx", "proc": "READ", "do": {"patch": {"path": "a", "value": {"hex": "00ff"}, "level": "wire"}}})",
      R"({"point": "rpc.reply.tx", "do": {"set": {"path": "*.x", "value": -1}}})",
      R"({"point": "rpc.reply.tx", "do": {"truncate": {"n": 3, "level": "message"}}})",
  };
  for (const char* text : rules) {
    INFO(text);
    const json data = json::parse(text);
    const auto rule = rule_from_data(data, kWords);
    INFO((rule ? std::string() : rule.error()));
    REQUIRE(rule);
    CHECK(rule_to_data(*rule, kWords) == data);
  }
}

TEST_CASE("rules as data: a value alone is the first parameter") {
  const auto rule =
      rule_from_data(json::parse(R"({"point": "rpc.reply.tx", "do": {"truncate": 3}})"), kWords);
  REQUIRE(rule);
  CHECK(rule->action.number == 3);
  CHECK_FALSE(rule->action.edit->wire);
}

TEST_CASE("rules as data: refusals say what is possible") {
  CHECK_THAT(why("[]"), Catch::StartsWith("a rule has point, do, conn, "));
  CHECK_THAT(why(R"({"point": "net.reed", "do": "note"})"),
             Catch::StartsWith("there is no point net.reed; there are:"));
  CHECK_THAT(why(R"({"point": "net.read", "moon": 1, "do": "note"})"), Catch::EndsWith("; not moon"));
  CHECK(why(R"({"point": "net.read", "conn": -1, "do": "note"})") == "conn is a number; not -1");
  CHECK(why(R"({"point": "net.read", "session": "0g", "do": "note"})") ==
        "session is bytes in hexadecimal; not \"0g\"");
  CHECK(why(R"({"point": "net.read", "chance": 2, "do": "note"})") ==
        "chance is a number from 0 to 1; not 2");
  CHECK_THAT(why(R"({"point": "net.read", "do": {"note": {}, "reset": {}}})"),
             Catch::StartsWith("do is one of note, check, fail, "));
  CHECK(why(R"({"point": "net.read", "do": {"fail": "EIO"}})") == "there is no status \"EIO\"");
  CHECK(why(R"({"point": "net.read", "do": {"error": "eio"}})") ==
        "there is no error \"eio\"; there are ok, io, no_space");
  CHECK(why(R"({"point": "net.read", "do": {"pad": {"n": 1, "level": "moon"}}})") ==
        R"(level is "message" or "wire"; not "moon")");
}

TEST_CASE("rules as data: numbers that an action cannot hold are refused") {
  CHECK(why(R"({"point": "rpc.reply.tx", "do": {"reorder": 18446744073709551615}})") ==
        "n is a number below 2^63; not 18446744073709551615");
  CHECK(why(R"({"point": "rpc.reply.tx", "do": {"delay": 1e300}})") ==
        "seconds is a time in seconds, 1000000000 at the most; not 1e+300");
  CHECK(why(R"({"point": "rpc.call.decoded", "do": {"fail": 4294967296}})") == "there is no status 4294967296");
}

TEST_CASE("arming: a filter by what a point never knows is refused") {
  ManualClock clock;
  Random random{7};
  Trace trace{clock};
  Registry registry{random, trace};
  const auto by_client =
      rule_from_data(json::parse(R"({"point": "net.read", "client": 1, "do": "note"})"), kWords);
  REQUIRE(by_client);
  const auto refused = registry.arm(*by_client);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == "client is never known at net.read; filters possible there: conn, after_bytes");
}
