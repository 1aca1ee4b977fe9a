#include "engine/net/connector.h"

#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>

namespace dfs::net {

struct Connector::Attempt {
  Connector& of;
  Loop& loop;
  int fd;
  Done done;
  uv_poll_t poll{};
  Timers::Id timer = 0;
};

Connector::~Connector() { DFS_CHECK(attempts_.empty()); }

void Connector::connect(Loop& loop, const Endpoint& to, Nanos limit, Done done) {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(to, address);
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const bool begun =
      fd >= 0 && (::connect(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 || errno == EINPROGRESS);
  if (!begun) {
    if (fd >= 0) ::close(fd);
    loop.submit([done = std::move(done)]() mutable { done(-1); });
    return;
  }
  auto* a = new Attempt{*this, loop, fd, std::move(done)};
  attempts_.push_back(a);
  a->poll.data = a;
  uv_poll_init(loop.uv(), &a->poll, fd);
  // A socket becomes writable when the attempt is over, however it ended.
  uv_poll_start(&a->poll, UV_WRITABLE, [](uv_poll_t* p, int, int) {
    auto& a = *static_cast<Attempt*>(p->data);
    int error = 0;
    socklen_t n = sizeof error;
    const bool known = getsockopt(a.fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0;
    Loop& loop = a.loop;
    a.of.finish(a, known && error == 0);
    loop.finish_turn();
  });
  a->timer = loop.after(limit, [a] {
    a->timer = 0;
    a->of.finish(*a, false);
  });
}

void Connector::finish(Attempt& a, bool good) {
  std::erase(attempts_, &a);
  if (a.timer != 0) a.loop.cancel(a.timer);
  uv_poll_stop(&a.poll);
  const int fd = good ? a.fd : -1;
  if (!good) ::close(a.fd);
  Done done = std::move(a.done);
  uv_close(reinterpret_cast<uv_handle_t*>(&a.poll),
           [](uv_handle_t* h) { delete static_cast<Attempt*>(h->data); });
  done(fd);
}

void Connector::abort_all() {
  while (!attempts_.empty()) finish(*attempts_.back(), false);
}

}  // namespace dfs::net
