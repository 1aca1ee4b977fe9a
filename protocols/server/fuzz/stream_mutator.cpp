// Mutations that know what a stream of calls is: without them most inputs would end at the first record mark
// or in GARBAGE_ARGS, and none would ever hold a good file handle.
#include "engine/base/fuzz/target.h"
#include "protocols/rpc/record_framing.h"
#include "protocols/server/fuzz/calls.h"
#include "protocols/server/fuzz/stream_world.h"

extern "C" size_t LLVMFuzzerMutate(dfs::u8* data, size_t size, size_t max_size);

namespace dfs::fuzz {
namespace {

const Known& known() {
  static const Known one = World().known();
  return one;
}

class Mutation {
 public:
  Mutation(std::string_view input, u64 seed) : random_(seed) {
    if (input.size() >= 2) head_ = input.substr(0, 2);
    for (input.remove_prefix(std::min<size_t>(2, input.size())); !input.empty();) take_message(input);
  }

  void change() {
    const auto count = static_cast<u32>(messages_.size());
    if (count == 0) return add();
    std::string& one = messages_[random_.below(count)];
    switch (random_.below(8)) {
      case 0:
      case 1:
        return add();
      case 2:
      case 3:
      case 4:
        one = with_a_lie(one, random_.next());
        return;
      case 5:
        messages_.push_back(one);  // also what a retransmission looks like
        return;
      case 6:
        messages_.erase(messages_.begin() + (&one - messages_.data()));
        return;
      default:
        head_[random_.below(2)] = static_cast<char>(random_.below(4));
    }
  }

  std::string bytes() {
    std::string out = head_;
    if (datagram()) return messages_.empty() ? out : out + messages_[0];
    for (const auto& m : messages_) out += as_record(m, random_.below(16) == 0 ? 1 + random_.below(4) : 1);
    return out;
  }

 private:
  bool datagram() const { return (head_[0] & 2) != 0; }

  // The fragments of a record become one; what is no record becomes one.
  void take_message(std::string_view& input) {
    std::string message;
    for (bool last = datagram(); !last && input.size() >= 4;) {
      const auto* p = reinterpret_cast<const u8*>(input.data());
      net::FragmentHeader h;
      rpc::RecordMarking().parse(p, input.size(), h);
      input.remove_prefix(4);
      const size_t n = std::min<size_t>(h.body, input.size());
      message += input.substr(0, n);
      input.remove_prefix(n);
      last = h.last;
    }
    if (datagram() || input.size() < 4) {
      message += input;
      input = {};
    }
    messages_.push_back(std::move(message));
  }

  void add() {
    const auto all = procedures((head_[0] & 1) != 0);
    const wire::ProcDesc& p = *all[random_.below(static_cast<u32>(all.size()))];
    const CallHeader header{.xid = random_.below(64),
                            .program = p.prog,
                            .version = p.vers,
                            .procedure = p.proc,
                            .uid = random_.below(2) * 1000};
    messages_.push_back(call_message(header, random_arguments(p, known(), random_.next())));
  }

  Sequence random_;
  std::string head_ = std::string(2, '\0');
  std::vector<std::string> messages_;
};

}  // namespace
}  // namespace dfs::fuzz

extern "C" size_t LLVMFuzzerCustomMutator(dfs::u8* data, size_t size, size_t max_size, unsigned seed) {
  using namespace dfs::fuzz;
  if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  Mutation mutation({reinterpret_cast<const char*>(data), size}, seed);
  for (unsigned n = 1 + seed / 4 % 3; n > 0; --n) mutation.change();
  const std::string out = mutation.bytes();
  if (out.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, out.data(), out.size());
  return out.size();
}
