#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/wire/writer.h"

namespace dfs::wire {

// Where each field of a message stands in its bytes, recorded while it is encoded. Paths are as in the
// description: `what.name`, `gids[2]`, `resok.data`; what is on the wire without a name there is called
// len(path), pad(path), present(path) (of an optional) and more(path[i]) (before element i of a linked list).
// What an optional in an optional holds is path*. The message itself is "".
class FieldMap {
 public:
  struct Field {
    std::string path;
    ByteRange range;
  };

  void add(std::string_view path, ByteRange range) { fields_.push_back({std::string(path), range}); }
  // nullptr: no such field in this value.
  const ByteRange* find(std::string_view path) const;
  // In the order in which they were finished: a field's parts come before it.
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

enum class PatchError {
  no_field,      // the value has no field of that path
  does_not_fit,  // the number does not fit the field's width, or the field is no number
};

// The message with the field's bytes replaced, by as many as are given: what a test's lie is made of. With a
// different length the ranges behind the field move; encode again before patching twice.
Result<std::string, PatchError> patched(std::string_view message, const FieldMap& map, std::string_view path,
                                        std::string_view bytes);
// The same with a number in the width of the field, 4 or 8 bytes; negative ones in two's complement.
Result<std::string, PatchError> patched(std::string_view message, const FieldMap& map, std::string_view path,
                                        i64 number);
Result<std::string, PatchError> patched(std::string_view message, const FieldMap& map, std::string_view path,
                                        u64 number);

}  // namespace dfs::wire
