#pragma once

#include <string>

#include "engine/wire/desc.h"

namespace dfs::wire {

struct PrintOptions {
  u32 max_bytes = 32;     // of opaque data and payloads, as hex; then the total
  u32 max_elements = 64;  // of arrays; then how many more
};

// A value for a reader of a transcript, a line a field, indented by structure:
//   status: NFS3_OK
//   resok:
//     data: 4096 bytes 00 01 02 ..
// Every line ends with a newline.
std::string print(const TypeDesc& type, const void* value, const PrintOptions& options = {});

// The same in one line: {status: NFS3_OK, resok: {data: 4096 bytes 00 01 02 ..}}
std::string print_line(const TypeDesc& type, const void* value, const PrintOptions& options = {});

}  // namespace dfs::wire
