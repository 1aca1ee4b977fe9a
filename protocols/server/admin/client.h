#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace dfs::server::admin {

struct Response {
  int status = 0;
  std::string body;
};

// Asks a server over its control socket.
class Client {
 public:
  explicit Client(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

  // Whether anybody answers there.
  bool alive() const;
  // The error says that nobody answers.
  Result<Response, std::string> ask(const std::string& method, const std::string& path,
                                    const std::string& body = {}) const;
  // GET; each part of the answer goes to `part` as it comes, until that returns false.
  Result<Response, std::string> follow(const std::string& path,
                                       const std::function<bool(std::string_view)>& part) const;

 private:
  std::string path_;
};

}  // namespace dfs::server::admin
