#include "protocols/server/admin/client.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dfs::server::admin {
namespace {

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return -1;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

// The library's client, over a Unix socket.
class Http final : public httplib::ClientImpl {
 public:
  explicit Http(std::string path) : httplib::ClientImpl("localhost"), path_(std::move(path)) {
    set_read_timeout(60);
  }

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    socket.sock = connect_to(path_);
    if (socket.sock < 0) error = httplib::Error::Connection;
    return socket.sock >= 0;
  }
  std::string path_;
};

Result<Response, std::string> taken(const httplib::Result& r, const std::string& path) {
  if (!r) return failure(fmt::format("no server answers at {}: {}", path, httplib::to_string(r.error())));
  return Response{r->status, r->body};
}

}  // namespace

bool Client::alive() const {
  const int fd = connect_to(path_);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

Result<Response, std::string> Client::ask(const std::string& method, const std::string& path,
                                          const std::string& body) const {
  Http http(path_);
  httplib::Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  if (!body.empty()) request.set_header("Content-Type", "application/json");
  return taken(http.send(request), path_);
}

Result<Response, std::string> Client::follow(const std::string& path,
                                             const std::function<bool(std::string_view)>& part) const {
  Http http(path_);
  int status = 0;
  std::string problem;
  const auto result = http.Get(
      path,
      [&](const httplib::Response& r) {
        status = r.status;
        return true;
      },
      [&](const char* data, size_t n) {
        if (status == 200) return part({data, n});
        problem.append(data, n);
        return true;
      });
  if (!result && result.error() == httplib::Error::Canceled) return Response{status, {}};
  auto out = taken(result, path_);
  if (out && status != 200) out->body = problem;
  return out;
}

}  // namespace dfs::server::admin
