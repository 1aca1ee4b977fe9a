// Two codecs a type, one compiled and one interpreted, agree on every value and on every beginning of one.
#include <fmt/format.h>

#include <cstdlib>

#include <catch2/catch.hpp>

#include "engine/wire/cross_check.h"
#include "xdr-gen/tests/run/schemas.h"

using namespace dfs;

namespace {

// What CI asks for is 10,000 values a type; DFS_CROSS_CHECK=n asks for another number.
u32 values_per_type() {
  const char* text = std::getenv("DFS_CROSS_CHECK");
  return text != nullptr ? static_cast<u32>(std::strtoul(text, nullptr, 10)) : 10'000;
}

template <class Check>
void each_type(Check&& check) {
  for (const wire::Schema* schema : all_schemas())
    for (u32 i = 0; i < schema->type_count; ++i) {
      INFO(schema->name);
      REQUIRE(check(*schema->types[i]) == "");
    }
}

}  // namespace

TEST_CASE("both codecs agree on random values of every type") {
  each_type([](const wire::TypeDesc& t) { return wire::cross_check(t, 1, values_per_type()); });
}

TEST_CASE("both codecs refuse every truncation of random values of every type") {
  each_type(
      [](const wire::TypeDesc& t) { return wire::cross_check_truncations(t, 1, values_per_type() / 100); });
}
