#pragma once

#include "engine/net/record_reader.h"

namespace dfs::rpc {

// RFC 5531 section 11: a four-byte header before each fragment, the top bit set on a record's last one, the
// other 31 bits its length.
class RecordMarking final : public net::Framing {
 public:
  Parse parse(const u8* p, size_t n, net::FragmentHeader& out) const override;
};

constexpr u32 kLastFragment = 0x80000000u;

}  // namespace dfs::rpc
