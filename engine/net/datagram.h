#pragma once

#include <uv.h>

#include "engine/base/ip.h"
#include "engine/base/result.h"
#include "engine/loop/loop.h"
#include "engine/trace/capture.h"

namespace dfs::net {

// A UDP socket on one loop.
class DatagramSocket {
 public:
  // Called on the loop for each datagram; `data` is valid during the call only.
  using Receive = UniqueFunction<void(Bytes data, const Endpoint& from)>;

  explicit DatagramSocket(Loop& loop, Capture* capture = nullptr) : loop_(loop), capture_(capture) {}
  ~DatagramSocket() { close(); }

  Result<Endpoint, std::string> bind(const Endpoint& where, Receive receive);
  // On the loop's thread. Datagrams the socket cannot take now are lost, as datagrams are.
  void send(const SliceList& data, const Endpoint& to);
  void close();
  Loop& loop() { return loop_; }

 private:
  Loop& loop_;
  Capture* const capture_;  // who may want to see the datagrams
  Endpoint bound_;
  Receive receive_;
  uv_udp_t* udp_ = nullptr;
  char buffer_[65536];
};

}  // namespace dfs::net
