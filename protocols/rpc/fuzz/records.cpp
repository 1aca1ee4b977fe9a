// The record reader (RFC 5531 section 11): however a stream is cut into reads, received into the shared block
// or straight into the tail of a record, and taken at once or in turns, its records are those of a reader
// that sees all of it.
#include "engine/base/fuzz/target.h"

#include <vector>

#include "engine/wire/codec.h"
#include "protocols/rpc/record_framing.h"

namespace dfs::fuzz {
namespace {

constexpr net::RecordLimits kLimits{.max_record = 48 << 10, .max_empty_fragments = 4};

struct Outcome {
  std::vector<std::string> records;
  net::RecordReader::Status status = net::RecordReader::Status::ok;
  bool unfinished = false;
};

// Section 11 word by word.
Outcome expected(std::string_view stream) {
  Outcome out;
  std::string record;
  bool inside = false;
  u32 empty = 0;
  while (stream.size() >= 4) {
    const u32 mark = wire::load_u32(reinterpret_cast<const u8*>(stream.data()));
    const bool last = (mark & rpc::kLastFragment) != 0;
    const u32 size = mark & ~rpc::kLastFragment;
    stream.remove_prefix(4);
    if (record.size() + size > kLimits.max_record) {
      out.status = net::RecordReader::Status::too_large;
      return out;
    }
    empty = size == 0 && !last ? empty + 1 : 0;
    if (empty > kLimits.max_empty_fragments) {
      out.status = net::RecordReader::Status::bad_framing;
      return out;
    }
    inside = true;
    if (stream.size() < size) break;
    record.append(stream.substr(0, size));
    stream.remove_prefix(size);
    if (!last) continue;
    out.records.push_back(std::move(record));
    record.clear();
    inside = false;
  }
  out.unfinished = inside || !stream.empty();
  return out;
}

// The reader under test, fed as a connection feeds it.
class Feeder {
 public:
  explicit Feeder(u64 seed) : random_(seed) {}

  Outcome feed(std::string_view stream) {
    while (!stream.empty() && out_.status == net::RecordReader::Status::ok) {
      const auto tail = reader_.tail();
      const size_t n = std::min<size_t>(stream.size(), tail.size != 0 ? 1 + random_.below(tail.size) : cut());
      if (tail.size != 0) {
        std::memcpy(tail.data, stream.data(), n);
        out_.status = reader_.received(static_cast<u32>(n), sink());
      } else {
        read(stream.substr(0, n));
      }
      stream.remove_prefix(n);
      require(reader_.pinned() <= std::max<size_t>(kLimits.max_record, 65536), "pins {} bytes",
              reader_.pinned());
    }
    out_.unfinished = reader_.unfinished();
    return std::move(out_);
  }

 private:
  // Small pieces, large ones, and all there is.
  size_t cut() {
    switch (random_.below(4)) {
      case 0:
        return 1 + random_.below(8);
      case 1:
        return 1 + random_.below(300);
      case 2:
        return 1 + random_.below(70'000);
      default:
        return SIZE_MAX;
    }
  }

  // One read; the sink may want no more for now and then gets the rest later.
  void read(std::string_view bytes) {
    BlockRef block = BlockRef::allocate(static_cast<u32>(bytes.size()));
    std::memcpy(block->data(), bytes.data(), bytes.size());
    size_t at = 0;
    while (at < bytes.size() && out_.status == net::RecordReader::Status::ok) {
      const auto taken = reader_.consume(block, block->data() + at, bytes.size() - at, sink());
      require(taken.bytes <= bytes.size() - at, "takes more than it was given");
      out_.status = taken.status;
      at += taken.bytes;
      require(at == bytes.size() || stopped_ || taken.status != net::RecordReader::Status::ok,
              "stops by itself");
    }
  }

  auto take() {
    return [this](net::Record r) {
      out_.records.emplace_back(reinterpret_cast<const char*>(r.data), r.size);
      stopped_ = random_.below(4) == 0;
      return !stopped_;
    };
  }
  net::RecordReader::Sink sink() {
    taker_ = take();
    return net::RecordReader::Sink(taker_);
  }

  Sequence random_;
  rpc::RecordMarking framing_;
  net::RecordLimits limits_ = kLimits;
  net::RecordReader reader_{framing_, limits_};
  UniqueFunction<bool(net::Record)> taker_;
  bool stopped_ = false;
  Outcome out_;
};

std::string fragment(std::string_view body, bool last) {
  std::string out(4, '\0');
  wire::store_u32(reinterpret_cast<u8*>(out.data()),
                  static_cast<u32>(body.size()) | (last ? rpc::kLastFragment : 0));
  return out.append(body);
}

}  // namespace

void run(Bytes input) {
  Front front(input);
  const u32 seed = front.two_bytes();
  const std::string_view stream = front.rest().view();
  const Outcome want = expected(stream);
  const Outcome got = Feeder(seed).feed(stream);
  require(got.status == want.status, "status {} instead of {}", static_cast<int>(got.status),
          static_cast<int>(want.status));
  require(got.records == want.records, "{} records instead of {}", got.records.size(), want.records.size());
  if (want.status == net::RecordReader::Status::ok)
    require(got.unfinished == want.unfinished, "unfinished: {}", got.unfinished);
}

void seeds(FunctionRef<void(std::string_view)> give) {
  const std::string large(30'000, 'x');
  for (const std::string_view how :
       {std::string_view("\0\0", 2), std::string_view("\0\1", 2), std::string_view("\3\7", 2)}) {
    const std::string head(how);
    give(head + fragment("one", true) + fragment("", true) + fragment("three", true));
    give(head + fragment("a", false) + fragment("b", false) + fragment("c", true) + fragment("d", true));
    give(head + fragment(large, true) + fragment(large, true));
    give(head + fragment(large, false) + fragment("", false) + fragment("end", true));
    give(head + fragment("never the last", false) + fragment("", false));
    give(head + std::string("\xff\xff\xff\xff", 4));
  }
}

}  // namespace dfs::fuzz
