#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/base/clock.h"

namespace dfs::fault {

// What a rule does when it fires. Each point accepts some groups; arming any other is refused.
enum class ActionKind : u8 {
  // watch: nothing changes
  note,
  // answer
  fail,        // the protocol's status `number`
  error,       // an FsError, by number
  drop_reply,  // the call (before) or its reply (after) is swallowed
  duplicate,   // the reply is sent twice
  reorder,     // the reply waits until `number` others have been sent on the connection
  // time
  delay,   // `seconds` on the server's clock
  pause,   // until the rule is released or healed
  yield_,  // once around the loop
  // link
  reset,       // RST
  close,       // FIN, both directions
  half_close,  // FIN towards the peer; we go on reading
  slow_close,  // stop answering now, close after `seconds`
  throttle,    // `number` bytes a second towards the peer
  slice,       // at most `number` bytes a write
  blackhole,   // take everything, say nothing
  // change: what `edit` says is done to the message
  set,       // a field gets another value; the message stays well-formed
  patch,     // a field's bytes are others, of any number
  flip,      // `number` bits, drawn at random
  truncate,  // without its last `number` bytes
  pad,       // with `number` bytes more
};
constexpr int kActionKinds = static_cast<int>(ActionKind::pad) + 1;

enum ActionGroup : u32 {
  kWatch = 1,
  kFail = 2,
  kError = 4,
  kDrop = 8,
  kResend = 16,
  kTime = 32,
  kLink = 64,
  kChange = 128,
};

// What a change does. Paths are those of wire/field_map.h; `*` in one stands for any characters.
struct Edit {
  std::string path;                      // of set and patch
  std::variant<i64, std::string> value;  // a number in the field's width, or bytes
  bool wire = false;                     // the record mark stays that of the message as it was
};

struct Action {
  ActionKind kind = ActionKind::note;
  i64 number = 0;
  double seconds = 0;
  u64 rule = 0;                      // which rule fired; filled in by the registry
  std::shared_ptr<const Edit> edit;  // of changes

  Nanos nanos() const { return static_cast<Nanos>(seconds * 1e9); }
};

ActionGroup group_of(ActionKind kind);
const char* name(ActionKind kind);
// nullopt-like: false when there is no such action.
bool parse_action_kind(std::string_view text, ActionKind& out);

}  // namespace dfs::fault
