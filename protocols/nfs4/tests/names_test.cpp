#include "protocols/nfs4/names.h"

#include <catch2/catch.hpp>

using namespace dfs;
using namespace dfs::nfs4;
using namespace std::string_literals;

TEST_CASE("UTF-8, by its table in RFC 3629", "[nfs4]") {
  for (const auto& good : {""s, "name"s, "caf\xc3\xa9"s, "\xe6\x97\xa5\xe6\x9c\xac"s, "\xf0\x9f\x98\x80"s,
                           "\xc2\x80"s, "\xdf\xbf"s, "\xe0\xa0\x80"s, "\xed\x9f\xbf"s, "\xee\x80\x80"s,
                           "\xf0\x90\x80\x80"s, "\xf4\x8f\xbf\xbf"s, "a\0b"s}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const auto& bad : {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xc3"s, "\xc3("s, "\xe0\x9f\xbf"s,
                          "\xe6\x97"s, "\xed\xa0\x80"s, "\xed\xbf\xbf"s, "\xf0\x8f\xbf\xbf"s, "\xf0\x9f\x98"s,
                          "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xfe"s, "\xff"s, "fine\xff"s}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("what a component may be", "[nfs4]") {
  const auto check = [](const std::string& name) { return check_component(Text::of(name)); };
  CHECK(check("name") == NFS4_OK);
  CHECK(check("...") == NFS4_OK);
  CHECK(check(std::string(255, 'x')) == NFS4_OK);
  CHECK(check("") == NFS4ERR_INVAL);
  CHECK(check("\xff") == NFS4ERR_INVAL);
  CHECK(check(std::string(256, 'x')) == NFS4ERR_NAMETOOLONG);
  CHECK(check("a/b") == NFS4ERR_BADCHAR);
  CHECK(check("a\0b"s) == NFS4ERR_BADCHAR);
  CHECK(check(".") == NFS4ERR_BADNAME);
  CHECK(check("..") == NFS4ERR_BADNAME);
}
