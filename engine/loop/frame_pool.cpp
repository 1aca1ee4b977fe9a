#include "engine/loop/frame_pool.h"

#include <cstdlib>
#include <new>

namespace dfs {
namespace {

constexpr size_t kStep = 128, kClasses = 32, kKeep = 256;  // frames up to 4 KiB

struct Node {
  Node* next;
};
struct Pool {
  Node* head[kClasses] = {};
  size_t count[kClasses] = {};
  ~Pool();
};
thread_local bool alive = true;
thread_local Pool pool;
Pool::~Pool() {
  alive = false;
  for (Node* n : head)
    while (n != nullptr) {
      Node* next = n->next;
      std::free(n);
      n = next;
    }
}

}  // namespace

void* frame_alloc(size_t n) {
  size_t c = (n - 1) / kStep;
  if (c < kClasses && alive && pool.head[c] != nullptr) {
    Node* node = pool.head[c];
    pool.head[c] = node->next;
    --pool.count[c];
    return node;
  }
  void* p = std::malloc(c < kClasses ? (c + 1) * kStep : n);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

void frame_free(void* p, size_t n) noexcept {
  size_t c = (n - 1) / kStep;
  if (c < kClasses && alive && pool.count[c] < kKeep) {
    auto* node = static_cast<Node*>(p);
    node->next = pool.head[c];
    pool.head[c] = node;
    ++pool.count[c];
    return;
  }
  std::free(p);
}

}  // namespace dfs
