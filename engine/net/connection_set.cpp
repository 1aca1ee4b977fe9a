#include "engine/net/connection.h"

namespace dfs::net {

ConnectionSet::~ConnectionSet() { DFS_CHECK(connections_.empty()); }

void ConnectionSet::add(std::unique_ptr<Connection> c) {
  const u64 id = c->id();
  connections_.emplace(id, std::move(c));
}

void ConnectionSet::remove(Connection& c) { connections_.erase(c.id()); }

void ConnectionSet::drain() {
  draining_ = true;
  std::vector<Connection*> all;
  for (auto& [id, c] : connections_) all.push_back(c.get());
  for (Connection* c : all) {
    c->update_reading();
    if (c->in_flight() == 0 && c->queued() == 0) c->close();
  }
}

void ConnectionSet::close_all() {
  std::vector<Connection*> all;
  for (auto& [id, c] : connections_) all.push_back(c.get());
  for (Connection* c : all) c->close();
}

}  // namespace dfs::net
