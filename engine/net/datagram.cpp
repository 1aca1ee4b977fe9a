#include "engine/net/datagram.h"

#include <fmt/format.h>

#include <future>

namespace dfs::net {

Result<Endpoint, std::string> DatagramSocket::bind(const Endpoint& where, Receive receive) {
  receive_ = std::move(receive);
  std::promise<Result<Endpoint, std::string>> done;
  loop_.submit([&] {
    sockaddr_storage address;
    to_sockaddr(where, address);
    auto* udp = new uv_udp_t;
    udp->data = this;
    uv_udp_init(loop_.uv(), udp);
    int error = uv_udp_bind(udp, reinterpret_cast<sockaddr*>(&address), 0);
    int size = sizeof address;
    if (error == 0) error = uv_udp_getsockname(udp, reinterpret_cast<sockaddr*>(&address), &size);
    if (error == 0)
      error = uv_udp_recv_start(
          udp,
          [](uv_handle_t* h, size_t, uv_buf_t* buf) {
            auto& self = *static_cast<DatagramSocket*>(h->data);
            *buf = uv_buf_init(self.buffer_, sizeof self.buffer_);
          },
          [](uv_udp_t* h, ssize_t n, const uv_buf_t* buf, const sockaddr* from, unsigned flags) {
            if (n <= 0 || from == nullptr || (flags & UV_UDP_PARTIAL)) return;
            auto& self = *static_cast<DatagramSocket*>(h->data);
            const Bytes data{reinterpret_cast<const u8*>(buf->base), static_cast<u32>(n)};
            const Endpoint peer = Endpoint::of(from);
            if (self.capture_ != nullptr && self.capture_->on())
              self.capture_->datagram_received(peer, self.bound_, data.view());
            self.receive_(data, peer);
            self.loop_.finish_turn();
          });
    if (error != 0) {
      uv_close(reinterpret_cast<uv_handle_t*>(udp),
               [](uv_handle_t* h) { delete reinterpret_cast<uv_udp_t*>(h); });
      done.set_value(failure(
          error == UV_EADDRINUSE
              ? fmt::format(
                    "{} is in use by another program for UDP; choose another port (0 takes a free one)",
                    where.str())
              : fmt::format("cannot receive datagrams on {}: {}", where.str(), uv_strerror(error))));
      return;
    }
    udp_ = udp;
    bound_ = Endpoint::of(reinterpret_cast<sockaddr*>(&address));
    done.set_value(Endpoint::of(reinterpret_cast<sockaddr*>(&address)));
  });
  return done.get_future().get();
}

void DatagramSocket::send(const SliceList& data, const Endpoint& to) {
  if (udp_ == nullptr) return;
  sockaddr_storage address;
  to_sockaddr(to, address);
  std::string flat = flatten(data);
  uv_buf_t buf = uv_buf_init(flat.data(), static_cast<unsigned>(flat.size()));
  const int sent = uv_udp_try_send(udp_, &buf, 1, reinterpret_cast<sockaddr*>(&address));
  if (sent >= 0 && capture_ != nullptr && capture_->on()) capture_->datagram_sent(bound_, to, flat);
}

void DatagramSocket::close() {
  if (udp_ == nullptr) return;
  std::promise<void> done;
  auto closing = [&] {
    uv_close(reinterpret_cast<uv_handle_t*>(udp_),
             [](uv_handle_t* h) { delete reinterpret_cast<uv_udp_t*>(h); });
    udp_ = nullptr;
    done.set_value();
  };
  if (loop_.on_this_thread())
    closing();
  else
    loop_.submit(closing);
  done.get_future().wait();
}

}  // namespace dfs::net
