#include "engine/wire/decode_error.h"

namespace dfs::wire {

const char* name(DecodeErrorKind kind) {
  switch (kind) {
    case DecodeErrorKind::none:
      return "none";
    case DecodeErrorKind::truncated:
      return "truncated";
    case DecodeErrorKind::over_bound:
      return "over_bound";
    case DecodeErrorKind::bad_enum:
      return "bad_enum";
    case DecodeErrorKind::bad_bool:
      return "bad_bool";
    case DecodeErrorKind::bad_padding:
      return "bad_padding";
    case DecodeErrorKind::bad_arm:
      return "bad_arm";
    case DecodeErrorKind::too_deep:
      return "too_deep";
    case DecodeErrorKind::trailing:
      return "trailing";
    case DecodeErrorKind::out_of_memory:
      return "out_of_memory";
  }
  return "?";
}

}  // namespace dfs::wire
