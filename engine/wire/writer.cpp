#include "engine/wire/writer.h"

#include <algorithm>

namespace dfs::wire {

void Writer::open(dfs::u32 need) {
  cursor_.open(need, &begin_, &end_);
  cur_ = begin_;
}

void Writer::flush() {
  const auto n = static_cast<dfs::u32>(cur_ - begin_);
  if (n == 0) return;
  // Runs that continue the previous one in the same block become one iovec.
  if (!out_.empty() && out_.back().block().get() == cursor_.block().get() &&
      out_.back().data() + out_.back().size() == begin_)
    out_.back().extend(n);
  else
    out_.emplace_back(cursor_.block(), begin_, n);
  closed_ += n;
  begin_ = cur_;
}

void Writer::reopen(dfs::u32 need) {
  flush();
  cursor_.close(cur_);
  open(std::max<dfs::u32>(need, 64));
}

void Writer::finish() {
  if (begin_ == nullptr) return;
  flush();
  cursor_.close(cur_);
  begin_ = cur_ = end_ = nullptr;
}

void Writer::fixed(const u8* p, dfs::u32 n) {
  const dfs::u32 pad = (0u - n) & 3u;
  while (n > 4096) {
    std::memcpy(reserve(4096), p, 4096);
    p += 4096;
    n -= 4096;
  }
  u8* out = reserve(n + pad);
  if (n != 0) std::memcpy(out, p, n);
  std::memset(out + n, 0, pad);
}

void Writer::append_piece(const IoPiece& piece) {
  if (piece.size >= kAttach && keep != nullptr) {
    for (const Slice& s : *keep) {
      if (piece.data >= s.data() && piece.data + piece.size <= s.data() + s.size()) {
        flush();
        out_.push_back(s.sub(static_cast<dfs::u32>(piece.data - s.data()), piece.size));
        closed_ += piece.size;
        return;
      }
    }
  }
  const u8* p = piece.data;
  dfs::u32 n = piece.size;
  while (n > 0) {
    const dfs::u32 k = std::min<dfs::u32>(n, 4096);
    std::memcpy(reserve(k), p, k);
    p += k;
    n -= k;
  }
}

void Writer::payload(const Payload& p) {
  u32(p.size);
  for (dfs::u32 i = 0; i < p.count; ++i) append_piece(p.pieces[i]);
  const dfs::u32 pad = (0u - p.size) & 3u;
  if (pad != 0) std::memset(reserve(pad), 0, pad);
}

}  // namespace dfs::wire
