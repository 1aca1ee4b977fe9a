#pragma once

#include <optional>

#include "engine/base/random.h"
#include "engine/fault/registry.h"
#include "engine/wire/desc.h"
#include "engine/wire/field_map.h"

namespace dfs::rpc {

struct Program;

// A message taken apart by its descriptions, for rules that change it: RPC header (`xid`,
// `body.cbody.cred.flavor`) and arguments or results (`what.name`, `resarray[1].opgetattr.status`) in one
// map.
class MessageFields {
 public:
  // Without its record mark. What does not decode, or has no description, has no fields.
  static MessageFields of_call(std::string message, std::span<const Program> programs);
  static MessageFields of_reply(std::string message, const wire::TypeDesc* result);
  // A value alone.
  static MessageFields of_value(std::string bytes, const wire::TypeDesc& type);

  // Whether a change has anything to change here.
  bool has(const fault::Action& change) const;
  // The message after it. `random`: for what is drawn.
  std::string edited(const fault::Action& change, Random& random) const;

 private:
  explicit MessageFields(std::string message) : message_(std::move(message)) {}
  // The value that begins at `start`; where it ends, 0 when it does not decode.
  u32 add(const wire::TypeDesc& type, u32 start, void** value, Arena& arena);
  std::vector<wire::FieldMap::Field> matching(std::string_view pattern) const;
  void set(std::string& message, const wire::FieldMap::Field& field, const fault::Edit& edit) const;

  std::string message_;
  wire::FieldMap map_;
};

// What an operation with results of that type is to the fault rules; nullptr: it has none.
fault::Detail fault_detail(const char* name, const wire::TypeDesc* result);

}  // namespace dfs::rpc
