#include "engine/net/record_reader.h"

#include <algorithm>

namespace dfs::net {

RecordReader::Status RecordReader::begin_fragment(const FragmentHeader& h) {
  if (h.body > limits_.max_record || filled_ > limits_.max_record - h.body) return Status::too_large;
  empty_ = h.body == 0 && !h.last ? empty_ + 1 : 0;
  if (empty_ > limits_.max_empty_fragments) return Status::bad_framing;
  assembling_ = in_fragment_ = true;
  last_ = h.last;
  missing_ = h.body;
  const u32 needed = filled_ + h.body;
  if (!assembly_ || assembly_->capacity() < needed) {
    // Fragments of one record grow by doubling, so that a thousand small ones are not copied a thousand
    // times.
    const u32 want = filled_ == 0 ? needed : std::min(std::max(needed, filled_ * 2), limits_.max_record);
    BlockRef bigger = BlockRef::allocate(std::max<u32>(want, 256));
    if (filled_ != 0) std::memcpy(bigger->data(), assembly_->data(), filled_);
    assembly_ = std::move(bigger);
  }
  return Status::ok;
}

void RecordReader::append(const u8* p, u32 n) {
  std::memcpy(assembly_->data() + filled_, p, n);
  filled_ += n;
  missing_ -= n;
}

// False when the sink wants no more.
bool RecordReader::end_fragment(Sink sink) {
  in_fragment_ = false;
  if (!last_) return true;
  assembling_ = false;
  streaming_ = filled_ > 128 * 1024;
  const u32 size = std::exchange(filled_, 0);
  BlockRef block = std::move(assembly_);
  const u8* data = block->data();
  return sink(Record{data, size, std::move(block)});
}

RecordReader::Taken RecordReader::consume(const BlockRef& block, const u8* p, size_t n, Sink sink) {
  const size_t given = n;
  bool more = true;
  while (n > 0 && more) {
    if (in_fragment_) {
      const u32 k = static_cast<u32>(std::min<size_t>(n, missing_));
      append(p, k);
      p += k;
      n -= k;
      if (missing_ == 0) more = end_fragment(sink);
      continue;
    }
    FragmentHeader h;
    if (header_size_ == 0) {
      const auto parsed = framing_.parse(p, n, h);
      if (parsed == Framing::Parse::bad) return {Status::bad_framing, given - n};
      if (parsed == Framing::Parse::ok && h.last && !assembling_ && n - h.header >= h.body) {
        // The usual case: a whole record lies in the receive buffer.
        if (h.body > limits_.max_record) return {Status::too_large, given - n};
        more = sink(Record{p + h.header, h.body, block});
        streaming_ = false;
        p += h.header + h.body;
        n -= h.header + h.body;
        continue;
      }
      if (parsed == Framing::Parse::ok) {
        p += h.header;
        n -= h.header;
      }
    }
    if (h.header == 0) {
      // A header that is split between reads: collect it byte by byte.
      header_[header_size_++] = *p++;
      --n;
      const auto parsed = framing_.parse(header_, header_size_, h);
      if (parsed == Framing::Parse::bad) return {Status::bad_framing, given - n};
      if (parsed == Framing::Parse::more) continue;
      header_size_ = 0;
    }
    if (const Status s = begin_fragment(h); s != Status::ok) return {s, given - n};
    if (missing_ == 0) more = end_fragment(sink);
  }
  return {Status::ok, given - n};
}

RecordReader::Tail RecordReader::tail() const {
  if (!in_fragment_ || missing_ < kDirect) return {nullptr, 0};
  return {assembly_->data() + filled_, missing_};
}

RecordReader::Status RecordReader::received(u32 n, Sink sink) {
  filled_ += n;
  missing_ -= n;
  if (missing_ == 0) end_fragment(sink);
  return Status::ok;
}

}  // namespace dfs::net
