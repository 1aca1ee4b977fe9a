// What a server writes about itself: the trace, and the packets.
#include "protocols/server/run_on.h"
#include "protocols/server/server.h"

namespace dfs::server {

std::string Server::open_outputs() {
  std::string error = config_.trace_file.empty() ? "" : trace_to(config_.trace_file);
  if (error.empty() && !config_.pcap_file.empty()) error = capture_to(config_.pcap_file, true);
  return error;
}

std::string Server::trace_to(const std::string& file) {
  trace_file_.reset();
  if (file.empty()) return {};
  auto opened = TraceFile::open(trace_, file, static_cast<u64>(config_.trace_limit));
  if (!opened) return opened.error();
  trace_file_ = std::move(*opened);
  return {};
}

std::string Server::capture_to(const std::string& file, bool append) {
  return capture_.start(file, static_cast<u64>(config_.pcap_limit), append);
}

// A peer may have its reply before the loop that sent it has told the capture.
void Server::pass_loops() {
  if (!running_) return;
  for (auto& l : loops_) run_on(*l->loop, [] {});
}

void Server::flush_capture() {
  pass_loops();
  capture_.flush();
}

void Server::stop_capture() {
  pass_loops();
  capture_.stop();
}

void Server::close_outputs() {
  trace_file_.reset();
  capture_.stop();
}

}  // namespace dfs::server
