#pragma once

#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace dfs::wire {

enum class Quoting {
  reader,  // what is not UTF-8, and control characters: \xNN
  json,    // RFC 8259; a byte 0xNN that is not UTF-8 becomes the lone surrogate \udcNN, as Python's
           // surrogateescape
};

// `bytes` in double quotes. Names on the wire are bytes that are meant to be UTF-8; they need not be.
std::string quoted(std::string_view bytes, Quoting quoting);

// The length of the UTF-8 sequence (RFC 3629) that `bytes` starts with; 0 when it starts with none.
size_t utf8_length(std::string_view bytes);

}  // namespace dfs::wire
