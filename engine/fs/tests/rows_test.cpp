#include <catch2/catch.hpp>

#include "engine/fs/acl_row.h"
#include "engine/fs/xattr_rows.h"

namespace dfs::fs {
namespace {

Acls some_acls() {
  Acls a;
  a.dacl.flags = Acl::kAutoInherit;
  a.dacl.aces = {{AceType::allow, ace::kFileInherit | ace::kInherited, ace::kAll, Who::user, 0xfffffffe},
                 {AceType::deny, 0, ace::kDelete, Who::group, 0}};
  a.sacl.flags = Acl::kProtected;
  a.sacl.aces = {{AceType::alarm, ace::kFailedAccess, ace::kReadData, Who::service, 0}};
  return a;
}

XattrNames some_names() {
  XattrNames n;
  n.next_cookie = 9;
  n.entries = {{1, 0, "a"}, {7, 65536, std::string(255, 'x')}, {8, 3, "b/c"}};
  return n;
}

}  // namespace

TEST_CASE("rows of ACLs and of names of attributes come back as they were written") {
  Acls acls;
  REQUIRE(decode_acls(encode_acls(some_acls()), acls));
  CHECK(acls == some_acls());
  REQUIRE(decode_acls(encode_acls({}), acls));
  CHECK(acls == Acls{});
  XattrNames names;
  REQUIRE(decode_xattr_names(encode(some_names()), names));
  CHECK(names == some_names());
  CHECK(names.name_bytes() == 2 + 256 + 4);
  CHECK(names.total_bytes() == 1 + 255 + 65536 + 3 + 3);
}

TEST_CASE("rows cut short, longer or with impossible values are refused") {
  Acls acls;
  XattrNames names;
  const std::string acl_row = encode_acls(some_acls()), names_row = encode(some_names());
  for (size_t n = 0; n < acl_row.size(); ++n) CHECK_FALSE(decode_acls(acl_row.substr(0, n), acls));
  CHECK_FALSE(decode_acls(acl_row + '\0', acls));
  for (size_t n = 0; n < names_row.size(); ++n)
    if (decode_xattr_names(names_row.substr(0, n), names)) CHECK(encode(names) == names_row.substr(0, n));
  CHECK_FALSE(decode_xattr_names(names_row + '\0', names));
  Acls swapped{some_acls().sacl, {}};
  CHECK_FALSE(decode_acls(encode_acls(swapped), acls));
  XattrNames disordered = some_names();
  std::swap(disordered.entries[0].cookie, disordered.entries[1].cookie);
  CHECK_FALSE(decode_xattr_names(encode(disordered), names));
  XattrNames beyond = some_names();
  beyond.next_cookie = 8;
  CHECK_FALSE(decode_xattr_names(encode(beyond), names));
}

}  // namespace dfs::fs
