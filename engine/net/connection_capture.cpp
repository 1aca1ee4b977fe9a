// What a capture of packets is told of a connection, in the order in which its bytes moved.
#include "engine/net/connection.h"

namespace dfs::net {

void Connection::capture_open() {
  flow_.local = local();
  net_.capture->opened(flow_);
}

// The first n bytes of what is being delivered.
void Connection::capture_input(size_t n) {
  if (flow_.local.port == 0) flow_.local = local();
  net_.capture->received(flow_, std::string(reinterpret_cast<const char*>(untold_.data), n));
  untold_ = {};
}

// The first n bytes of what waits to leave.
void Connection::capture_output(size_t n) {
  if (flow_.local.port == 0) flow_.local = local();
  net_.capture->sent(flow_, out_.front(n));
}

void Connection::capture_end(Capture::End how) {
  if (end_told_) return;
  if (untold_.size != 0) capture_input(untold_.size);
  const bool whole = how != Capture::End::peer_half && how != Capture::End::our_half;
  // What was received and will not be looked at any more came all the same.
  if (whole && rest_.n != 0) {
    untold_ = {rest_.p, static_cast<u32>(rest_.n)};
    capture_input(rest_.n);
  }
  if (flow_.local.port == 0) flow_.local = local();
  net_.capture->ended(flow_, how);
  end_told_ = whole;
}

}  // namespace dfs::net
