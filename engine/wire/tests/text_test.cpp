// UTF-8 as RFC 3629 has it, and how bytes that are not are shown.
#include <catch2/catch.hpp>

#include "engine/wire/text.h"

using dfs::wire::quoted;
using dfs::wire::Quoting;
using dfs::wire::utf8_length;

TEST_CASE("utf8_length: RFC 3629 section 4") {
  CHECK(utf8_length("a") == 1);
  CHECK(utf8_length("\xc3\xa9") == 2);
  CHECK(utf8_length("\xe2\x82\xac") == 3);
  CHECK(utf8_length("\xf0\x9f\x98\x80") == 4);
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("\x80") == 0);  // a tail without a head
  CHECK(utf8_length("\xc3") == 0);  // a head without a tail
  CHECK(utf8_length("\xc3z") == 0);
  CHECK(utf8_length("\xc0\xaf") == 0);          // overlong
  CHECK(utf8_length("\xe0\x80\xaf") == 0);      // overlong
  CHECK(utf8_length("\xf0\x80\x80\xaf") == 0);  // overlong
  CHECK(utf8_length("\xed\xa0\x80") == 0);      // a surrogate
  CHECK(utf8_length("\xf4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(utf8_length("\xff") == 0);
}

TEST_CASE("quoted") {
  CHECK(quoted("a\"b\\c", Quoting::reader) == R"("a\"b\\c")");
  CHECK(quoted("\n\xff\xc3\xa9", Quoting::reader) == "\"\\x0a\\xff\xc3\xa9\"");
  CHECK(quoted("\n\xff\xc3\xa9", Quoting::json) == "\"\\u000a\\udcff\xc3\xa9\"");
  CHECK(quoted("", Quoting::json) == "\"\"");
}
