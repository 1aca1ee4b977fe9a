#pragma once

#include <string>
#include <string_view>

#include "engine/base/bytes.h"

// Keys of Table::session. A session outlives the server when its protocol keeps a row for it, and for each of
// its slots the reply to the last request that changed something. What is in the rows is the protocol's
// business; their keys are made here, so that a store can be checked without it.
namespace dfs::fs {

constexpr size_t kSessionKey = 16;             // the session's id
constexpr size_t kReplyKey = kSessionKey + 4;  // and the slot's number, big-endian

inline std::string reply_key(std::string_view session, u32 slot) {
  std::string key(session);
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>(slot >> shift);
  return key;
}
inline std::string_view session_of(std::string_view key) { return key.substr(0, kSessionKey); }
inline u32 slot_of(std::string_view key) {
  u32 slot = 0;
  for (char c : key.substr(kSessionKey)) slot = slot << 8 | static_cast<u8>(c);
  return slot;
}

}  // namespace dfs::fs
