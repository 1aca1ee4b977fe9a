#pragma once

#include <cstddef>

namespace dfs {

// Memory of coroutine frames, from a per-thread free list: one frame a request makes malloc visible in
// profiles.
void* frame_alloc(size_t n);
void frame_free(void* p, size_t n) noexcept;

}  // namespace dfs
