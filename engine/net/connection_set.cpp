#include "engine/net/connection.h"

namespace dfs::net {

ConnectionSet::~ConnectionSet() { DFS_CHECK(connections_.empty()); }

void ConnectionSet::add(std::unique_ptr<Connection> c) {
  const u64 id = c->id();
  connections_.emplace(id, std::move(c));
}

void ConnectionSet::remove(Connection& c) {
  for (auto* list : {&waiting_, &running_})
    std::replace(list->begin(), list->end(), &c, static_cast<Connection*>(nullptr));
  connections_.erase(c.id());
}

void ConnectionSet::wait_for_turn(Connection& c) {
  waiting_.push_back(&c);
  if (waiting_.size() == 1) c.loop().submit([this] { run_turn(); });
}

void ConnectionSet::run_turn() {
  running_.swap(waiting_);
  for (size_t i = 0; i < running_.size(); ++i)
    if (running_[i] != nullptr) running_[i]->next_turn();
  running_.clear();
}

void ConnectionSet::note_unfinished(const Connection& c, size_t before, size_t now) {
  unfinished_ += now - before;
  if (now > before && unfinished_ > c.limits_.max_unfinished_bytes) evict(c);
}

// Who is bringing its record has just been heard of: what goes is what rests.
void ConnectionSet::evict(const Connection& but) {
  Connection* silent = nullptr;
  for (auto& [id, c] : connections_)
    if (c.get() != &but && c->unfinished_ != 0 && !c->closed() &&
        (silent == nullptr || c->last_activity_ < silent->last_activity_))
      silent = c.get();
  if (silent == nullptr) return;
  if (silent->net_.trace.enabled()) silent->net_.trace.emit(event::NetEvicted{}, {.conn = silent->id()});
  silent->close();
}

void ConnectionSet::drain() {
  draining_ = true;
  std::vector<Connection*> all;
  for (auto& [id, c] : connections_) all.push_back(c.get());
  for (Connection* c : all) {
    c->update_reading();
    c->close_when_done();
  }
}

void ConnectionSet::close_all() {
  std::vector<Connection*> all;
  for (auto& [id, c] : connections_) all.push_back(c.get());
  for (Connection* c : all) c->close();
}

}  // namespace dfs::net
