#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "engine/base/arena.h"
#include "engine/base/ip.h"
#include "engine/wire/reader.h"
#include "engine/wire/writer.h"

namespace dfs::load {

// A blocking ONC RPC client over TCP: for what happens before and after the measured part.
class RpcClient {
 public:
  explicit RpcClient(const Endpoint& server);
  ~RpcClient();
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // The results' bytes of an accepted, successful call; throws std::runtime_error otherwise. Credential:
  // AUTH_SYS, root.
  std::string call(u32 program, u32 version, u32 procedure, const std::string& arguments);
  // Sends a whole call message and returns the reply message as one record, mark excluded, whatever it says.
  std::string exchange(const std::string& request);

 private:
  int fd_;
  u32 xid_ = 1;
};

// A connected TCP socket with Nagle's algorithm off; throws std::runtime_error.
int connect_to(const Endpoint& server);

// A whole call message with its record mark. The xid is its second word.
std::string encode_call(u32 xid, u32 program, u32 version, u32 procedure, const std::string& arguments);

template <class T>
std::string encoded(const T& value) {
  return wire::encode_to_string([&](wire::Writer& w) { encode(w, value); });
}

// Decodes results that lie in `bytes`, which must outlive the value.
template <class T>
T decoded(const std::string& bytes, Arena& arena) {
  T value{};
  wire::Reader r(reinterpret_cast<const u8*>(bytes.data()), bytes.size(), arena);
  if (!decode(r, value)) throw std::runtime_error("the server sent results that cannot be decoded");
  return value;
}

}  // namespace dfs::load
