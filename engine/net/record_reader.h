#pragma once

#include "engine/base/function_ref.h"
#include "engine/base/slice.h"

namespace dfs::net {

// One whole record, contiguous. `block` keeps it alive; it may be the loop's shared receive buffer.
struct Record {
  const u8* data;
  u32 size;
  BlockRef block;
};

// What a framing says about the bytes at the start of a fragment.
struct FragmentHeader {
  u32 header = 0;  // bytes of the header itself
  u32 body = 0;    // bytes that follow
  bool last = true;
};

// How a byte stream is cut into records: ONC RPC record marks, SMB's direct TCP header.
class Framing {
 public:
  virtual ~Framing() = default;
  enum class Parse { ok, more, bad };
  virtual Parse parse(const u8* p, size_t n, FragmentHeader& out) const = 0;
};

struct RecordLimits {
  u32 max_record = (1u << 20) + (64u << 10);  // bytes of a whole record
  u32 max_empty_fragments = 64;               // in a row: a peer that sends only headers makes no progress
};

// Cuts a stream into records without copying those that arrive whole in one read. The rest of an unfinished
// record is received straight into its final block (see tail()). No I/O of its own.
class RecordReader {
 public:
  RecordReader(const Framing& framing, const RecordLimits& limits) : framing_(framing), limits_(limits) {}

  enum class Status { ok, too_large, bad_framing };
  // Says whether it wants the next record now.
  using Sink = FunctionRef<bool(Record)>;

  struct Taken {
    Status status;
    size_t bytes;  // fewer than given only when the sink wanted no more; the rest begins a record
  };
  // Takes bytes that lie in `block`, calls sink for every record completed. After anything but ok the stream
  // is unusable.
  Taken consume(const BlockRef& block, const u8* p, size_t n, Sink sink);

  // Where the next bytes of an unfinished record go, when more than a little is missing; size 0 otherwise.
  struct Tail {
    u8* data;
    u32 size;
  };
  Tail tail() const;
  // n bytes were received into tail().
  Status received(u32 n, Sink sink);

  // True in the middle of a record or of a header.
  bool unfinished() const { return assembling_ || header_size_ != 0; }
  // Bytes of memory this stream pins beside the loop's receive buffer.
  size_t pinned() const { return assembly_ ? assembly_->capacity() : 0; }
  // The last record was larger than a receive buffer's worth: reading a little first avoids copying its
  // successor.
  bool streaming() const { return streaming_; }

 private:
  Status begin_fragment(const FragmentHeader& h);
  void append(const u8* p, u32 n);
  bool end_fragment(Sink sink);

  static constexpr u32 kMaxHeader = 8;
  static constexpr u32 kDirect = 8192;  // missing bytes worth a receive of their own

  const Framing& framing_;
  const RecordLimits& limits_;
  u8 header_[kMaxHeader];  // of a header that came in parts
  u32 header_size_ = 0;
  bool assembling_ = false;
  bool in_fragment_ = false;
  bool last_ = false;
  bool streaming_ = false;
  u32 missing_ = 0;  // bytes of the current fragment still to come
  u32 filled_ = 0;   // bytes of the record so far
  u32 empty_ = 0;
  BlockRef assembly_;
};

}  // namespace dfs::net
