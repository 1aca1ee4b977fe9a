#include "engine/fs/exports.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::fs;

namespace {
ExportRule anyone() { return {*IpNetwork::parse("*")}; }
Endpoint at(const char* ip, u16 port = 2000) { return {*IpAddress::parse(ip), port}; }
}  // namespace

TEST_CASE("exports: the deepest one that holds a path") {
  ExportTable t;
  CHECK(t.add("/a", nullptr, {anyone()}) == "");
  CHECK(t.add("/a/b/", nullptr, {anyone()}) == "");
  std::string_view rest;
  CHECK(t.by_path("/a", &rest)->path == "/a");
  CHECK(rest.empty());
  CHECK(t.by_path("/a/b/c", &rest)->path == "/a/b");
  CHECK(rest == "/c");
  CHECK(t.by_path("/a/bc", &rest)->path == "/a");
  CHECK(rest == "/bc");
  CHECK(t.by_path("/ab", &rest) == nullptr);
  CHECK(t.by_path("a", &rest) == nullptr);
  CHECK_FALSE(t.add("/a", nullptr, {anyone()}).empty());
  CHECK_FALSE(t.add("relative", nullptr, {anyone()}).empty());
  CHECK_FALSE(t.add("/nobody", nullptr, {}).empty());
}

TEST_CASE("exports: the first matching rule decides") {
  Export e{1, "/e", nullptr, {}};
  e.rules = {{*IpNetwork::parse("192.0.2.0/24"), true}, {*IpNetwork::parse("127.0.0.1"), false}};
  CHECK(e.rule_for(at("192.0.2.5"))->read_only);
  CHECK_FALSE(e.rule_for(at("127.0.0.1"))->read_only);
  CHECK(e.rule_for(at("127.0.0.2")) == nullptr);
  e.rules[1].privileged_port = true;
  CHECK(e.rule_for(at("127.0.0.1", 1024)) == nullptr);
  CHECK(e.rule_for(at("127.0.0.1", 1023)) != nullptr);
}

TEST_CASE("exports: squashing") {
  ExportRule r = anyone();
  const u32 groups[] = {5};
  CHECK(squash(r, 0, 0, groups, false).uid == 65534);
  CHECK(squash(r, 1000, 100, groups, false).uid == 1000);
  CHECK(squash(r, 1000, 100, groups, false).in_group(5));
  r.squash = Squash::all;
  r.anon_uid = 99;
  CHECK(squash(r, 1000, 100, groups, false).uid == 99);
  CHECK_FALSE(squash(r, 1000, 100, groups, false).in_group(5));
  r.squash = Squash::none;
  CHECK(squash(r, 0, 0, groups, false).root());
  CHECK(squash(r, 0, 0, groups, true).uid == 99);
}
