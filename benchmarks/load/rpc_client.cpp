#include "benchmarks/load/rpc_client.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace dfs::load {
namespace {

void read_exactly(int fd, char* out, size_t n) {
  while (n > 0) {
    const ssize_t k = read(fd, out, n);
    if (k <= 0) throw std::runtime_error("the server closed the connection");
    out += k;
    n -= static_cast<size_t>(k);
  }
}

u32 word(const std::string& s, size_t index) {
  u32 v;
  std::memcpy(&v, s.data() + index * 4, 4);
  return __builtin_bswap32(v);
}

}  // namespace

int connect_to(const Endpoint& server) {
  sockaddr_storage address;
  const socklen_t size = to_sockaddr(server, address);
  const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), size) != 0)
    throw std::runtime_error(fmt::format("cannot connect to {}: {}", server.str(), strerror(errno)));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

std::string encode_call(u32 xid, u32 program, u32 version, u32 procedure, const std::string& arguments) {
  std::string out = wire::encode_to_string([&](wire::Writer& w) {
    w.u32(0);  // the record mark, below
    for (u32 v : {xid, 0u, 2u, program, version, procedure}) w.u32(v);
    // AUTH_SYS: stamp, machine name, uid 0, gid 0, no groups; then an empty verifier.
    for (u32 v : {1u, 24u, 0u}) w.u32(v);
    w.text(Text::of("load"));
    for (u32 v : {0u, 0u, 0u, 0u, 0u}) w.u32(v);
  });
  out += arguments;
  const u32 mark = __builtin_bswap32(0x80000000u | static_cast<u32>(out.size() - 4));
  std::memcpy(out.data(), &mark, 4);
  return out;
}

RpcClient::RpcClient(const Endpoint& server) : fd_(connect_to(server)) {}
RpcClient::~RpcClient() { close(fd_); }

std::string RpcClient::exchange(const std::string& request) {
  for (size_t sent = 0; sent < request.size();) {
    const ssize_t k = send(fd_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (k <= 0) throw std::runtime_error("the server closed the connection");
    sent += static_cast<size_t>(k);
  }
  std::string reply;
  for (bool last = false; !last;) {
    std::string mark(4, '\0');
    read_exactly(fd_, mark.data(), 4);
    last = (word(mark, 0) & 0x80000000u) != 0;
    const size_t old = reply.size();
    reply.resize(old + (word(mark, 0) & 0x7fffffffu));
    read_exactly(fd_, reply.data() + old, reply.size() - old);
  }
  return reply;
}

std::string RpcClient::call(u32 program, u32 version, u32 procedure, const std::string& arguments) {
  const std::string reply = exchange(encode_call(++xid_, program, version, procedure, arguments));
  // xid, REPLY, MSG_ACCEPTED, verifier (flavor, length 0), SUCCESS
  if (reply.size() < 24 || word(reply, 2) != 0 || word(reply, 5) != 0)
    throw std::runtime_error(fmt::format("the server refused program {} procedure {}", program, procedure));
  return reply.substr(24);
}

}  // namespace dfs::load
