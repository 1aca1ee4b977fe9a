#include "protocols/rpc/hooks.h"

namespace dfs::rpc {

void Hooks::add(const HandlerKey& key) {
  DFS_CHECK(hook_ != nullptr);
  std::lock_guard lock(mutex_);
  keys_.insert(key);
  any_ = true;
}

void Hooks::remove(const HandlerKey& key) {
  std::lock_guard lock(mutex_);
  keys_.erase(key);
  any_ = !keys_.empty();
}

Hook* Hooks::find(const HandlerKey& key) const {
  std::lock_guard lock(mutex_);
  return keys_.contains(key) ? hook_ : nullptr;
}

void Hooks::abandon() {
  if (hook_ != nullptr) hook_->abandon();
}

const void* decode_kept(Call& call, const wire::TypeDesc& type, std::string_view xdr) {
  const Bytes kept = call.arena.copy(Bytes::of(xdr));
  wire::Reader r(kept.data, kept.size, call.arena);
  void* value = call.arena.alloc(type.size, type.align);
  return value != nullptr && type.decode(r, value) && r.finish() ? value : nullptr;
}

}  // namespace dfs::rpc
