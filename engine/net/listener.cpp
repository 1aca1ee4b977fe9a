#include "engine/net/listener.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <future>

#include "engine/base/log.h"

namespace dfs::net {

TcpListener::TcpListener(std::vector<Loop*> loops, NetContext& net, Admission& admission)
    : loops_(std::move(loops)), net_(net), admission_(admission) {}

TcpListener::~TcpListener() { close(); }

Result<Endpoint, std::string> TcpListener::listen(const Endpoint& where, Accept accept) {
  accept_ = std::move(accept);
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(where, address);
  fd_ = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd_ < 0 || bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(fd_, SOMAXCONN) != 0) {
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
    poll_on();
    ready.set_value();
  });
  ready.get_future().wait();
  return Endpoint::of(reinterpret_cast<sockaddr*>(&address));
}

void TcpListener::poll_on() {
  uv_poll_start(poll_, UV_READABLE,
                [](uv_poll_t* p, int, int) { static_cast<TcpListener*>(p->data)->accept_ready(); });
}

void TcpListener::accept_ready() {
  // A bounded number a turn, so that a flood of connections does not starve those that are open.
  for (int i = 0; i < 64; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* peer = reinterpret_cast<sockaddr*>(&address);
    const int fd = accept4(fd_, peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      take(fd, Endpoint::of(peer));
      continue;
    }
    // ECONNABORTED: the peer left while it waited; the next one may still be there.
    if (errno == ECONNABORTED || errno == EINTR) continue;
    if (errno == EMFILE || errno == ENFILE) return refuse_without_descriptor();
    if (errno == ENOMEM || errno == ENOBUFS) return pause();
    return;
  }
}

void TcpListener::take(int fd, const Endpoint& peer) {
  if (auto action = net_.faults.check(fault::Point::net_accept, {})) {
    if (fault::group_of(action->kind) == fault::kCut) {
      const linger abort{1, 0};
      if (action->kind == fault::ActionKind::reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
      ::close(fd);
      return;
    }
    Loop& loop = *loops_[0];
    return loop.scope().spawn(admit_later(*action, fd, peer));
  }
  admit(fd, peer);
}

Task<void> TcpListener::admit_later(fault::Action action, int fd, Endpoint peer) {
  Task<void> spending = net_.faults.spend(action);
  co_await spending;
  if (fd_ < 0)
    ::close(fd);  // nobody listens any more
  else
    admit(fd, peer);
}

void TcpListener::admit(int fd, const Endpoint& peer) {
  switch (admission_.admit(peer.ip)) {
    case Admission::Verdict::admitted:
      break;
    case Admission::Verdict::too_many:
      ::close(fd);
      return refused("limits.max_connections are open");
    case Admission::Verdict::too_many_of_address:
      ::close(fd);
      return refused("limits.max_connections_per_address are open from " + peer.ip.str());
  }
  Loop* loop = loops_[next_++ % loops_.size()];
  if (loop->on_this_thread()) {
    accept_(*loop, fd, peer);
  } else {
    loop->submit([this, loop, fd, peer] { accept_(*loop, fd, peer); });
  }
}

// Without a descriptor the peer could not even be sent away, and the backlog would stay readable for ever.
void TcpListener::refuse_without_descriptor() {
  if (reserve_ < 0) return pause();
  ::close(reserve_);
  const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd >= 0) ::close(fd);
  reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  refused("there are no more file descriptors (raise `ulimit -n`)");
  // Another thread was faster: there is nothing left to do but to wait for a descriptor.
  if (reserve_ < 0) pause();
}

// Looks away from the backlog for a moment instead of asking the kernel in every turn.
void TcpListener::pause() {
  if (pause_ != 0) return;
  uv_poll_stop(poll_);
  pause_ = loops_[0]->after(100 * kMillisecond, [this] {
    pause_ = 0;
    if (reserve_ < 0) reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    poll_on();
  });
}

// One line a second at most: a flood must not fill the log.
void TcpListener::refused(std::string_view why) {
  ++refused_;
  const Nanos now = loops_[0]->clock().now();
  if (now < next_word_) return;
  next_word_ = now + kSecond;
  log::warn("refused {} connection{}: {}", refused_, refused_ == 1 ? "" : "s", why);
  refused_ = 0;
}

void TcpListener::close() {
  if (fd_ < 0) return;
  std::promise<void> closed;
  loops_[0]->submit([&] {
    if (pause_ != 0) loops_[0]->cancel(std::exchange(pause_, 0));
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
