// Every decoder of every generated type, and what is made of its values. The first two bytes choose the type.
// The compiled codec and the one that interprets the tables take the same bytes for the same value; XDR has
// one encoding of each value (RFC 4506), so encoding it gives those bytes again; text and JSON are made of
// anything.
#include <vector>

#include "engine/base/fuzz/target.h"
#include "engine/wire/cross_check.h"
#include "engine/wire/json.h"
#include "engine/wire/print.h"
#include "engine/wire/random_value.h"
#include "engine/wire/table_codec.h"
#include "engine/wire/text.h"
#include "protocols/server/fuzz/json_grammar.h"
#include "protocols/server/fuzz/schemas.h"

namespace dfs::fuzz {
namespace {

const std::vector<const wire::TypeDesc*>& types() {
  static const auto all = [] {
    std::vector<const wire::TypeDesc*> out;
    for (const wire::Schema* schema : kSchemas)
      for (u32 i = 0; i < schema->type_count; ++i)
        if (schema->types[i]->decode != nullptr) out.push_back(schema->types[i]);
    return out;
  }();
  return all;
}

void check_text(const std::string& text, std::string_view of) {
  require(text.size() <= of.size() * 200 + 4096, "{} bytes of text for {}", text.size(), of.size());
  size_t i = 0;
  while (i < text.size()) {
    const size_t n = wire::utf8_length(std::string_view(text).substr(i));
    require(n != 0, "text that is not UTF-8");
    i += n;
  }
}

}  // namespace

void run(Bytes input) {
  Front front(input);
  const wire::TypeDesc& type = *types()[front.two_bytes() % types().size()];
  const Bytes message = front.rest();
  const std::string wrong = wire::cross_check_bytes(type, message);
  require(wrong.empty(), "{}: {}", type.name, wrong);

  Arena arena;
  wire::Reader reader(message.data, message.size, arena);
  void* value = arena.alloc(type.size, type.align);
  if (!type.decode(reader, value) || !reader.finish()) return;
  const std::string again = wire::encode_to_string([&](wire::Writer& w) { type.encode(w, value); });
  require(again == message.view(), "{}: encoded to other bytes", type.name);
  wire::FieldMap map;
  const std::string table =
      wire::encode_to_string([&](wire::Writer& w) { wire::table_encode(type, w, value, &map); });
  require(table == message.view(), "{}: encoded to other bytes by the tables", type.name);
  for (const auto& field : map.fields())
    require(field.range.begin <= field.range.end && field.range.end <= table.size(), "{}: {} is elsewhere",
            type.name, field.path);

  check_text(wire::print(type, value), message.view());
  check_text(wire::print_line(type, value), message.view());
  const std::string json = wire::to_json(type, value);
  require(json_grammar(json), "{}: no JSON: {}", type.name, json);
}

void seeds(FunctionRef<void(std::string_view)> give) {
  for (u32 i = 0; i < types().size(); ++i) {
    const wire::TypeDesc& type = *types()[i];
    Arena arena;
    void* value = arena.alloc(type.size, type.align);
    if (!wire::RandomValues(i + 1).fill(type, value, arena)) continue;
    std::string seed = {static_cast<char>(i >> 8), static_cast<char>(i)};
    give(seed + wire::encode_to_string([&](wire::Writer& w) { type.encode(w, value); }));
  }
}

}  // namespace dfs::fuzz
