#include "engine/base/log.h"
#include "protocols/nfs4/state/state.h"
#include "protocols/server/run_on.h"
#include "protocols/server/service.h"

namespace dfs::server {
std::string Server::stop() {
  if (!running_ && volumes_.empty()) {
    close_outputs();
    return {};
  }
  close_ports();
  stop_loops(static_cast<Nanos>(config_.shutdown_timeout * 1e9));
  running_ = false;
  std::string error = close_volumes(false);
  close_outputs();
  return error;
}

void Server::crash() {
  if (!running_ && volumes_.empty()) return close_outputs();
  // The stores first: what a call still under way does from here on must not become durable.
  for (Volume& v : volumes_) {
    v.metadata->crash();
    v.content->crash();
  }
  close_ports();
  stop_loops(0);
  running_ = false;
  close_volumes(true);
  close_outputs();
}

void Server::close_ports() {
  for (Service* s : {nfs_service_.get(), portmap_service_.get()}) {
    if (s == nullptr) continue;
    if (s->listener) s->listener->close();
    if (s->datagrams) s->datagrams->close();
  }
  {
    std::lock_guard lock(locals_mutex_);
    for (const auto& l : locals_)
      if (const auto client = l.lock()) client->close();
    locals_.clear();
  }
  // A socket that was accepted may still be on its way to another loop; after this none is.
  for (auto& l : loops_) run_on(*l->loop, [] {});
}

bool Server::idle() {
  for (auto& l : loops_)
    if (run_on(*l->loop, [&] { return l->connections.size() != 0 || l->loop->scope().running() != 0; }))
      return false;
  return true;
}

bool Server::calls_under_way() {
  for (auto& l : loops_)
    if (run_on(*l->loop, [&] { return l->loop->scope().running() != 0; })) return true;
  return false;
}

void Server::stop_loops(Nanos patience) {
  RealClock real;
  // What waits for clients waits no longer: they may be waiting for us.
  if (nfs4_) nfs4_->state->callbacks.stop();
  for (auto& l : loops_)
    run_on(*l->loop, [&] {
      l->connector.abort_all();
      l->connections.drain();
    });
  const Nanos deadline = real.now() + patience;
  while (!idle() && real.now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // Whoever is held by a fault rule goes on; whoever has not finished by now is cut off.
  faults_.heal();
  hooks_.abandon();
  for (Volume& v : volumes_)
    if (v.file_system) v.file_system->interrupt();
  // They are answered before their connections end; after a crash (no patience) nobody is.
  const Nanos answered = real.now() + (patience > 0 ? kSecond : 0);
  while (calls_under_way() && real.now() < answered)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (auto& l : loops_) run_on(*l->loop, [&] { l->connections.close_all(); });
  const Nanos last = real.now() + 5 * kSecond;
  while (!idle() && real.now() < last) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (!idle()) log::error("calls are still running after the shutdown timeout");
  if (nfs4_) run_on(*loops_[0]->loop, [&] { nfs4_->state->stop(); });
  for (auto& l : loops_) l->loop->stop();
  nfs_service_.reset();
  portmap_service_.reset();
  // With its opens their holds on files end: what is left of removed ones is erased while there are stores.
  effects_.serve(nullptr);
  nfs4_.reset();
  loops_.clear();
}

std::string Server::close_volumes(bool crashed) {
  std::string error;
  auto note = [&](fs::FsError e) {
    if (e != fs::FsError::ok) error = fmt::format("a store could not be closed cleanly: {}", fs::name(e));
  };
  for (Volume& v : volumes_) {
    // Everything that was answered becomes durable, and with it the word that it did: then clients need not
    // send their unstable data again.
    if (v.file_system && !crashed) note(run_blocking(v.file_system->close()));
    v.file_system.reset();
    if (crashed) continue;
    // Data before the metadata that names it.
    note(v.content->close());
    note(v.metadata->close());
  }
  exports_ = fs::ExportTable();
  volumes_.clear();
  workers_.reset();
  return error;
}

}  // namespace dfs::server
