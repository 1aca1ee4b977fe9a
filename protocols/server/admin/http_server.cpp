#include "protocols/server/admin/http_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/base/ip.h"

namespace dfs::server::admin {
namespace {

constexpr size_t kBody = 64u << 10;  // bytes of a request's body
constexpr size_t kPath = 512;
constexpr size_t kThreads = 8;  // requests at a time, followers among them
constexpr int kBacklog = 16;

void send(const Answer& a, httplib::Response& out) {
  out.status = a.status;
  if (!a.more) {
    out.set_content(a.body, "application/json");
    return;
  }
  out.set_chunked_content_provider("application/x-ndjson", [more = a.more](size_t, httplib::DataSink& sink) {
    const auto write = [&](std::string_view part) { return sink.write(part.data(), part.size()); };
    if (!more(write)) sink.done();
    return true;
  });
}

Request taken(const httplib::Request& in) {
  Request out{in.method, in.path, in.body, {}};
  for (const auto& [name, value] : in.params) out.query[name] = value;
  return out;
}

// A page of another site must not reach us through its visitor's browser: it says where it comes from, or
// asks for the name under which it knows us.
bool foreign(const httplib::Request& in) {
  if (in.has_header("Origin")) return true;
  const std::string host = in.get_header_value("Host");
  const std::string name = host.substr(0, host.rfind(':'));
  return !name.empty() && name != "localhost" && name != "127.0.0.1" && name != "[::1]";
}

std::string because(const std::string& what) { return fmt::format("{}: {}", what, strerror(errno)); }

}  // namespace

// The library's server, on a socket that is listening already.
class HttpServer::Http final : public httplib::Server {
 public:
  explicit Http(Api& api) {
    set_payload_max_length(kBody);
    set_keep_alive_max_count(1);
    set_keep_alive_timeout(1);
    set_read_timeout(2);
    set_write_timeout(2);
    new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    set_pre_routing_handler([](const httplib::Request& in, httplib::Response& out) {
      Answer otherwise;
      if (foreign(in))
        otherwise = Answer::problem(403, "not for pages of other sites");
      else if (in.path.size() <= kPath && Api::known(in.method, in.path, &otherwise))
        return HandlerResponse::Unhandled;
      else if (in.path.size() > kPath)
        otherwise = Answer::problem(414, "such a long path leads nowhere");
      send(otherwise, out);
      return HandlerResponse::Handled;
    });
    const Handler handler = [&api](const httplib::Request& in, httplib::Response& out) {
      send(api.answer(taken(in)), out);
    };
    Get("/.*", handler).Post("/.*", handler).Delete("/.*", handler);
    set_error_handler([](const httplib::Request&, httplib::Response& out) {
      if (out.body.empty())
        send(Answer::problem(out.status, out.status == 413 ? "the body is too large" : "no request"), out);
    });
    set_exception_handler([](const httplib::Request&, httplib::Response& out, std::exception_ptr thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& e) {
        send(Answer::problem(500, e.what()), out);
      } catch (...) {
        send(Answer::problem(500, "unknown"), out);
      }
    });
  }
  void serve(int fd) {
    svr_sock_ = fd;
    listen_after_bind();
  }
};

HttpServer::HttpServer(Api& api) : api_(api) {}
HttpServer::~HttpServer() { stop(); }

std::string HttpServer::begin(int fd) {
  http_ = std::make_unique<Http>(api_);
  thread_ = std::thread([this, fd] { http_->serve(fd); });
  while (!http_->is_running()) std::this_thread::yield();
  return {};
}

std::string HttpServer::listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fmt::format("admin.socket: {} is longer than a socket's path may be ({} bytes)", path,
                       sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  struct stat s {};
  if (lstat(path.c_str(), &s) == 0 && !S_ISSOCK(s.st_mode))
    return fmt::format("admin.socket: {} is there, and is no socket", path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return because("admin.socket");
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd, where, sizeof address) == 0) {
    ::close(fd);
    return fmt::format("admin.socket: another server answers at {}", path);
  }
  ::unlink(path.c_str());  // of a server that was killed
  // The socket's file gets this mode when it is bound: at no time may others connect.
  if (fchmod(fd, 0600) != 0 || ::bind(fd, where, sizeof address) != 0 || ::listen(fd, kBacklog) != 0) {
    const std::string why = because("admin.socket: " + path);
    ::close(fd);
    return why;
  }
  path_ = path;
  return begin(fd);
}

std::string HttpServer::listen_loopback(u16 port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
  if (fd < 0) return because("admin.port");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const std::string why = because(fmt::format("admin.port: 127.0.0.1:{}", port));
    ::close(fd);
    return why;
  }
  return begin(fd);
}

void HttpServer::stop() {
  if (!thread_.joinable()) return;
  http_->stop();
  thread_.join();
  http_.reset();
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace dfs::server::admin
