#include "protocols/nfs4/state/saved_reply.h"

#include <catch2/catch.hpp>

namespace dfs::nfs4 {
namespace {

SavedSession some_session() {
  SavedSession s;
  s.minor = 2;
  s.max_response = 1u << 20;
  s.max_response_cached = 16384;
  s.max_requests = 64;
  s.lease = 90;
  s.principal = {rpc::Flavor::sys, 1000};
  s.verifier = {1, 2, 3, 4, 5, 6, 7, 8};
  s.owner = std::string("some\0body", 9);
  return s;
}

SavedReply some_reply() { return {UINT32_MAX, 0x0123456789abcdefull, true, 3, "results!", "handle", ""}; }

// Every beginning of the row, and the row with more behind it, is none.
template <class Row>
void is_all_or_nothing(const std::string& row) {
  Row out;
  for (size_t n = 0; n < row.size(); ++n) CHECK_FALSE(decode(std::string_view(row).substr(0, n), &out));
  CHECK_FALSE(decode(row + "more", &out));
  std::string later = row;
  later[3] = 2;  // the version
  CHECK_FALSE(decode(later, &out));
}

}  // namespace

TEST_CASE("rows of persistent sessions come back as they were written, or not at all", "[nfs4]") {
  const SavedSession s = some_session();
  SavedSession back;
  REQUIRE(decode(encode(s), &back));
  CHECK(back.minor == s.minor);
  CHECK(back.max_response == s.max_response);
  CHECK(back.max_response_cached == s.max_response_cached);
  CHECK(back.max_requests == s.max_requests);
  CHECK(back.lease == s.lease);
  CHECK(back.principal == s.principal);
  CHECK(back.verifier == s.verifier);
  CHECK(back.owner == s.owner);
  is_all_or_nothing<SavedSession>(encode(s));
}

TEST_CASE("rows of replies come back as they were written, or not at all", "[nfs4]") {
  const SavedReply r = some_reply();
  SavedReply back;
  REQUIRE(decode(encode(r), &back));
  CHECK(back.sequence == r.sequence);
  CHECK(back.digest == r.digest);
  CHECK(back.kept);
  CHECK(back.count == r.count);
  CHECK(back.results == r.results);
  CHECK(back.current == r.current);
  CHECK(back.saved.empty());
  is_all_or_nothing<SavedReply>(encode(r));
  SavedReply empty;
  empty.count = 0;
  CHECK_FALSE(decode(encode(empty), &back));
}

}  // namespace dfs::nfs4
