#include "benchmarks/load/responder.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

namespace dfs::load {
namespace {

constexpr size_t kHeader = 28;  // record mark, xid, CALL, RPC version, program, version, procedure
constexpr size_t kReceive = 256 << 10;

u32 word(const char* p) {
  u32 v;
  std::memcpy(&v, p, 4);
  return __builtin_bswap32(v);
}

class Peer {
 public:
  Peer(int fd, const CannedReplies& replies) : fd_(fd), replies_(replies) {}
  ~Peer() { close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  int fd() const { return fd_; }
  bool blocked() const { return sent_ < total_; }

  // One read, one write. False: the peer is gone.
  bool serve(bool readable, char* buffer) {
    if (readable) {
      const ssize_t k = recv(fd_, buffer, kReceive, 0);
      if (k == 0 || (k < 0 && errno != EAGAIN)) return false;
      if (k > 0) take(buffer, static_cast<size_t>(k));
    }
    return flush();
  }

 private:
  void take(const char* p, size_t n) {
    while (n > 0) {
      if (skip_ > 0) {
        const size_t k = std::min(n, skip_);
        skip_ -= k, p += k, n -= k;
        continue;
      }
      const size_t k = std::min(n, kHeader - have_);
      std::memcpy(header_ + have_, p, k);
      have_ += k, p += k, n -= k;
      if (have_ < kHeader) return;
      have_ = 0;
      skip_ = (word(header_) & 0x7fffffffu) + 4 - kHeader;
      answer();
    }
  }
  void answer() {
    const std::string& reply = replies_.at(word(header_ + 24));
    // Mark and xid are this call's own; what follows is shared by all.
    std::array<char, 8>& own = own_.emplace_back();
    std::memcpy(own.data(), reply.data(), 4);
    std::memcpy(own.data() + 4, header_ + 4, 4);
    rest_.push_back(&reply);
    total_ += reply.size();
  }
  bool flush() {
    while (blocked()) {
      std::vector<iovec>& parts = parts_;
      parts.clear();
      size_t skip = sent_;
      auto add = [&](const char* p, size_t n) {
        const size_t k = std::min(skip, n);
        skip -= k;
        if (k < n && parts.size() < 1024) parts.push_back({const_cast<char*>(p + k), n - k});
      };
      for (size_t i = 0; i < own_.size(); ++i) {
        add(own_[i].data(), 8);
        add(rest_[i]->data() + 8, rest_[i]->size() - 8);
      }
      const ssize_t k = writev(fd_, parts.data(), static_cast<int>(parts.size()));
      if (k < 0) return errno == EAGAIN;
      sent_ += static_cast<size_t>(k);
    }
    own_.clear(), rest_.clear();
    sent_ = total_ = 0;
    return true;
  }

  int fd_;
  const CannedReplies& replies_;
  char header_[kHeader];
  size_t have_ = 0, skip_ = 0;
  std::vector<std::array<char, 8>> own_;
  std::vector<const std::string*> rest_;
  std::vector<iovec> parts_;
  size_t sent_ = 0, total_ = 0;
};

void serve(int listener, const CannedReplies& replies) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event wanted{EPOLLIN, {.ptr = nullptr}};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
  const auto buffer = std::make_unique<char[]>(kReceive);
  while (true) {
    epoll_event ready[64];
    const int n = epoll_wait(poll, ready, 64, -1);
    for (int i = 0; i < n; ++i) {
      auto* peer = static_cast<Peer*>(ready[i].data.ptr);
      if (peer == nullptr) {
        const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) continue;
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event e{EPOLLIN, {.ptr = new Peer(fd, replies)}};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
        continue;
      }
      const bool was_blocked = peer->blocked();
      if (!peer->serve((ready[i].events & EPOLLIN) != 0, buffer.get())) {
        delete peer;
      } else if (peer->blocked() != was_blocked) {
        epoll_event e{EPOLLIN | (peer->blocked() ? u32{EPOLLOUT} : 0u), {.ptr = peer}};
        epoll_ctl(poll, EPOLL_CTL_MOD, peer->fd(), &e);
      }
    }
  }
}

}  // namespace

Responder::Responder(CannedReplies replies) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage where;
  socklen_t size = to_sockaddr({*IpAddress::parse("127.0.0.1"), 0}, where);
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (listener < 0 || bind(listener, address, size) != 0 || listen(listener, 128) != 0 ||
      getsockname(listener, address, &(size = sizeof where)) != 0)
    throw std::runtime_error("the responder cannot listen");
  address_ = Endpoint::of(address);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("the responder cannot start");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener, replies);
  }
  close(listener);
}

Responder::~Responder() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace dfs::load
