#include "engine/fs/file_gates.h"

namespace dfs::fs {

FileGates::Gate& FileGates::Stripe::open(FileId id) {
  for (auto& g : gates)
    if (g->id == id) return *g;
  if (spare.empty()) spare.push_back(std::make_unique<Gate>());
  gates.push_back(std::move(spare.back()));
  spare.pop_back();
  gates.back()->id = id;
  return *gates.back();
}

bool FileGates::try_enter(FileId id, Mode mode) {
  Stripe& s = stripe(id);
  std::lock_guard lock(s.mutex);
  Gate& g = s.open(id);
  if (!g.queue.empty() || !g.admits(mode)) return false;
  g.admit(mode);
  return true;
}

bool FileGates::enter_or_queue(FileId id, Mode mode, std::coroutine_handle<> task) {
  Executor* home = Executor::current();
  DFS_CHECK(home != nullptr);
  Stripe& s = stripe(id);
  std::lock_guard lock(s.mutex);
  Gate& g = s.open(id);
  if (g.queue.empty() && g.admits(mode)) {
    g.admit(mode);
    return true;
  }
  g.queue.push_back({mode, task, home});
  return false;
}

void FileGates::leave(FileId id, Mode mode) {
  Stripe& s = stripe(id);
  std::lock_guard lock(s.mutex);
  for (auto& g : s.gates) {
    if (g->id != id) continue;
    DFS_CHECK(g->inside > 0);
    --g->inside;
    if (mode == Mode::alone) g->alone = false;
    while (!g->queue.empty() && g->admits(g->queue.front().mode)) {
      Waiter w = g->queue.front();
      g->queue.pop_front();
      g->admit(w.mode);
      w.home->submit([task = w.task] { task.resume(); });
    }
    if (g->inside == 0) {  // then nobody waits either
      s.spare.push_back(std::move(g));
      g = std::move(s.gates.back());
      s.gates.pop_back();
    }
    return;
  }
  DFS_CHECK(false);
}

}  // namespace dfs::fs
