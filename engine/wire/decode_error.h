#pragma once

#include "engine/base/bytes.h"

namespace dfs::wire {

// Why bytes could not be decoded. The protocol turns any of them into its own word (GARBAGE_ARGS, BADXDR,
// INVALID_PARAMETER); the kind and offset are for traces and tests.
enum class DecodeErrorKind : u8 {
  none,
  truncated,      // the message ends inside a value
  over_bound,     // a count above the bound of the description
  bad_enum,       // a value that a closed enum does not have
  bad_bool,       // neither 0 nor 1 (RFC 4506 4.4)
  bad_padding,    // non-zero padding (RFC 4506 3)
  bad_arm,        // a discriminant without an arm
  too_deep,       // nesting beyond the limit
  trailing,       // bytes after the end of the message
  out_of_memory,  // the request's arena is at its limit
};
const char* name(DecodeErrorKind kind);

struct DecodeError {
  DecodeErrorKind kind = DecodeErrorKind::none;
  size_t offset = 0;  // where in the message
};

}  // namespace dfs::wire
