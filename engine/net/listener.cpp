#include "engine/net/listener.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <future>

#include "engine/base/log.h"

namespace dfs::net {

TcpListener::TcpListener(std::vector<Loop*> loops, NetContext& net, u32 max_connections,
                         std::atomic<u32>& open_connections)
    : loops_(std::move(loops)),
      net_(net),
      max_connections_(max_connections),
      open_connections_(open_connections) {}

TcpListener::~TcpListener() { close(); }

Result<Endpoint, std::string> TcpListener::listen(const Endpoint& where, Accept accept) {
  accept_ = std::move(accept);
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(where, address);
  fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd_ < 0 || bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 1024) != 0) {
    const int error = errno;
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    if (error == EADDRINUSE)
      return failure(fmt::format("{} is in use by another program; choose another port (0 takes a free one)",
                                 where.str()));
    if (error == EACCES)
      return failure(fmt::format("{} needs privileges; choose a port of 1024 or above", where.str()));
    return failure(fmt::format("cannot listen on {}: {}", where.str(), strerror(error)));
  }
  socklen_t bound_size = sizeof address;
  getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &bound_size);
  reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);

  std::promise<void> ready;
  loops_[0]->submit([&] {
    poll_ = new uv_poll_t;
    poll_->data = this;
    uv_poll_init(loops_[0]->uv(), poll_, fd_);
    uv_poll_start(poll_, UV_READABLE,
                  [](uv_poll_t* p, int, int) { static_cast<TcpListener*>(p->data)->accept_ready(); });
    ready.set_value();
  });
  ready.get_future().wait();
  return Endpoint::of(reinterpret_cast<sockaddr*>(&address));
}

void TcpListener::accept_ready() {
  // A bounded number a turn, so that a flood of connections does not starve those that are open.
  for (int i = 0; i < 64; ++i) {
    const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE) refuse_without_descriptor();
      return;
    }
    if (auto action = net_.faults.check(fault::Point::net_accept, {})) {
      if (fault::group_of(action->kind) == fault::kLink) {
        ::close(fd);
        continue;
      }
    }
    if (open_connections_.load() >= max_connections_) {
      log::warn("refused a connection: {} are open (limits.max_connections)", max_connections_);
      ::close(fd);
      continue;
    }
    open_connections_.fetch_add(1);
    Loop* loop = loops_[next_++ % loops_.size()];
    if (loop->on_this_thread()) {
      accept_(*loop, fd);
    } else {
      loop->submit([this, loop, fd] { accept_(*loop, fd); });
    }
  }
}

void TcpListener::refuse_without_descriptor() {
  // Out of descriptors the backlog would stay readable for ever: take one peer and close it.
  log::warn(
      "out of file descriptors: refusing a connection (raise `ulimit -n` or lower limits.max_connections)");
  if (reserve_ < 0) return;
  ::close(reserve_);
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void TcpListener::close() {
  if (fd_ < 0) return;
  std::promise<void> closed;
  loops_[0]->submit([&] {
    uv_poll_stop(poll_);
    uv_close(reinterpret_cast<uv_handle_t*>(poll_),
             [](uv_handle_t* h) { delete reinterpret_cast<uv_poll_t*>(h); });
    poll_ = nullptr;
    closed.set_value();
  });
  closed.get_future().wait();
  ::close(fd_);
  if (reserve_ >= 0) ::close(reserve_);
  fd_ = reserve_ = -1;
}

}  // namespace dfs::net
