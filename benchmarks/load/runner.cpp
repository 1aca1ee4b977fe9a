#include "benchmarks/load/runner.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/base/clock.h"

namespace dfs::load {
namespace {

Nanos read_clock(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return t.tv_sec * kSecond + t.tv_nsec;
}

// Latencies in logarithmic buckets: 16 a power of two.
class Histogram {
 public:
  void add(Nanos n) { ++counts_[index(static_cast<u64>(std::max<Nanos>(n, 1)))]; }
  double percentile(double p) const {
    u64 total = 0, seen = 0;
    for (u64 c : counts_) total += c;
    for (size_t i = 0; i < std::size(counts_); ++i)
      if ((seen += counts_[i]) > static_cast<u64>(static_cast<double>(total) * p)) return value(i) / 1000.0;
    return 0;
  }

 private:
  static size_t index(u64 n) {
    const int top = 63 - __builtin_clzll(n);
    if (top < 4) return n;
    return static_cast<size_t>(top) * 16 + ((n >> (top - 4)) & 15);
  }
  static double value(size_t i) {
    if (i < 64) return static_cast<double>(i);
    return static_cast<double>((16 + (i & 15)) << (i / 16 - 4));
  }
  u64 counts_[64 * 16] = {};
};

class Socket {
 public:
  Socket(u32 index, const Endpoint& server, u32 depth)
      : index_(index), fd_(connect_to(server)), started_(depth) {
    fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
    in_.resize(2 << 20);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }
  bool blocked() const { return sent_ < out_.size(); }

  void issue(Workload& w, u32 slot, Nanos now) {
    std::string& request = w.next(index_, slot);
    const u32 xid = __builtin_bswap32(slot | (++round_ << 12));
    std::memcpy(request.data() + 4, &xid, 4);
    out_ += request;
    started_[slot] = now;
  }
  void flush() {
    while (sent_ < out_.size()) {
      const ssize_t k = send(fd_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
      if (k < 0 && errno == EAGAIN) return;
      if (k <= 0) throw std::runtime_error("the server closed the connection");
      sent_ += static_cast<size_t>(k);
    }
    out_.clear();
    sent_ = 0;
  }
  // Reads once; calls done(slot, reply, size) for each whole reply.
  template <class F>
  u32 receive(F&& done) {
    const ssize_t k = recv(fd_, in_.data() + have_, in_.size() - have_, 0);
    if (k < 0 && errno == EAGAIN) return 0;
    if (k <= 0) throw std::runtime_error("the server closed the connection");
    have_ += static_cast<size_t>(k);
    size_t at = 0;
    u32 replies = 0;
    while (have_ - at >= 8) {
      u32 mark, xid;
      std::memcpy(&mark, in_.data() + at, 4);
      std::memcpy(&xid, in_.data() + at + 4, 4);
      const size_t size = __builtin_bswap32(mark) & 0x7fffffffu;
      if (have_ - at < 4 + size) break;
      done(__builtin_bswap32(xid) & 0xfff, reinterpret_cast<const u8*>(in_.data() + at + 4),
           static_cast<u32>(size));
      at += 4 + size;
      ++replies;
    }
    std::memmove(in_.data(), in_.data() + at, have_ - at);
    have_ -= at;
    return replies;
  }
  Nanos started(u32 slot) const { return started_[slot]; }

 private:
  u32 index_;
  int fd_;
  u32 round_ = 0;
  std::string out_, in_;
  size_t sent_ = 0, have_ = 0;
  std::vector<Nanos> started_;
};

// A reply whose first result word is a status other than OK means that something else is measured than was
// asked for.
void check_reply(const u8* reply, u32 size) {
  u32 accept = 1, status = 0;
  if (size >= 24) std::memcpy(&accept, reply + 20, 4);
  if (size >= 28) std::memcpy(&status, reply + 24, 4);
  if (accept != 0 || status != 0) throw std::runtime_error("a measured call failed");
}

}  // namespace

Measurement run(Workload& workload, const Endpoint& address, u32 connections, u32 depth, double seconds,
                pid_t server) {
  clockid_t server_clock = CLOCK_MONOTONIC;
  if (server != 0 && clock_getcpuclockid(server, &server_clock) != 0)
    throw std::runtime_error("there is no such server process");
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Socket>> sockets;
  for (u32 i = 0; i < connections; ++i) {
    sockets.push_back(std::make_unique<Socket>(i, address, depth));
    epoll_event e{EPOLLIN, {.u32 = i}};
    epoll_ctl(poll, EPOLL_CTL_ADD, sockets[i]->fd(), &e);
  }
  Measurement m;
  auto histogram = std::make_unique<Histogram>();
  u64 replies = 0, reads = 0;
  Nanos now = read_clock(CLOCK_MONOTONIC);
  // A tenth of the time warms up and is not counted.
  const Nanos warm = now + static_cast<Nanos>(seconds * 1e8), end = warm + static_cast<Nanos>(seconds * 1e9);
  Nanos begin = 0, cpu_server = 0, cpu_client = 0;
  for (auto& s : sockets) {
    for (u32 slot = 0; slot < depth; ++slot) s->issue(workload, slot, now);
    s->flush();
  }
  while (now < end) {
    epoll_event ready[64];
    const int n = epoll_wait(poll, ready, 64, 1000);
    now = read_clock(CLOCK_MONOTONIC);
    if (begin == 0 && now >= warm) {
      begin = now;
      cpu_server = read_clock(server_clock);
      cpu_client = read_clock(CLOCK_PROCESS_CPUTIME_ID);
      m.operations = replies = reads = 0;
      *histogram = Histogram();
    }
    for (int i = 0; i < n; ++i) {
      Socket& s = *sockets[ready[i].data.u32];
      const u32 index = ready[i].data.u32;
      const u32 got = s.receive([&](u32 slot, const u8* reply, u32 size) {
        check_reply(reply, size);
        m.operations += workload.completed(index, slot, reply, size);
        histogram->add(now - s.started(slot));
        s.issue(workload, slot, now);
      });
      replies += got;
      reads += got != 0;
      s.flush();
      epoll_event e{EPOLLIN | (s.blocked() ? static_cast<u32>(EPOLLOUT) : 0u), {.u32 = index}};
      if (s.blocked() || (ready[i].events & EPOLLOUT)) epoll_ctl(poll, EPOLL_CTL_MOD, s.fd(), &e);
    }
  }
  const double ops = std::max<double>(1, static_cast<double>(m.operations));
  m.seconds = static_cast<double>(now - begin) / 1e9;
  if (server != 0) m.server_cpu_us = static_cast<double>(read_clock(server_clock) - cpu_server) / 1e3 / ops;
  m.client_cpu_us = static_cast<double>(read_clock(CLOCK_PROCESS_CPUTIME_ID) - cpu_client) / 1e3 / ops;
  m.bytes = m.operations * workload.bytes();
  m.p50_us = histogram->percentile(0.5);
  m.p99_us = histogram->percentile(0.99);
  m.replies_per_read = reads == 0 ? 0 : static_cast<double>(replies) / static_cast<double>(reads);
  close(poll);
  return m;
}

CannedReplies collect_replies(Workload& workload, const Endpoint& server) {
  RpcClient client(server);
  CannedReplies replies;
  // Sixteen turns go once through whatever a workload alternates between.
  for (int turn = 0; turn < 16; ++turn) {
    const std::string request = workload.next(0, 0);
    const std::string reply = client.exchange(request);
    check_reply(reinterpret_cast<const u8*>(reply.data()), static_cast<u32>(reply.size()));
    workload.completed(0, 0, reinterpret_cast<const u8*>(reply.data()), static_cast<u32>(reply.size()));
    u32 procedure;
    std::memcpy(&procedure, request.data() + 24, 4);
    const u32 mark = __builtin_bswap32(0x80000000u | static_cast<u32>(reply.size()));
    // The first reply of a kind: a listing's first page is its fullest.
    replies.try_emplace(__builtin_bswap32(procedure),
                        std::string(reinterpret_cast<const char*>(&mark), 4) + reply);
  }
  return replies;
}

}  // namespace dfs::load
