#include "engine/trace/capture.h"

#include <fmt/format.h>

#include "engine/base/log.h"

namespace dfs {
namespace {

constexpr size_t kQueue = 64u << 20;  // bytes that may wait for the disk

// What a trace's event adds to a packet, and to which.
struct Note {
  std::string text;
  bool in = true, out = true;
};

std::string text_of(const TraceEvent& e, std::string_view key) {
  for (const auto& f : e.fields) {
    if (key != f.key) continue;
    if (const auto* n = std::get_if<u64>(&f.value)) return fmt::format("{}", *n);
    return std::get<std::string>(f.value);
  }
  return {};
}

std::optional<Note> note_of(const TraceEvent& e) {
  switch (e.kind) {
    case EventKind::RpcArrived:
      return Note{fmt::format("request {}", e.request), true, false};
    case EventKind::RpcCall:
      return Note{fmt::format("request {}", e.request), false, true};
    case EventKind::RpcReplayed:
      return Note{fmt::format("request {}, answered from the duplicate request cache", e.request), false,
                  true};
    case EventKind::FaultFired: {
      const std::string detail = text_of(e, "detail");
      return Note{fmt::format("fault rule {}: {} at {}{}, request {}", text_of(e, "rule"),
                              text_of(e, "action"), text_of(e, "point"),
                              detail.empty() ? "" : fmt::format(" ({})", detail), e.request)};
    }
    default:
      return {};
  }
}

}  // namespace

class Capture::Section {
 public:
  Section(PcapngFile file, u64 limit, std::atomic<bool>& on)
      : file_(std::move(file)), limit_(limit), on_(on) {}

  // One of the ends of a connection.
  static TcpFlow::Side side(const CapturedFlow& f, Direction direction) {
    return (direction == Direction::in) == f.ours ? TcpFlow::server : TcpFlow::client;
  }
  void note(u64 conn, Note n) {
    auto& waiting = notes_[conn];
    if (waiting.size() < kNotes) waiting.push_back(std::move(n));
  }
  TcpFlow& flow(const CapturedFlow& f) {
    const auto [it, is_new] =
        flows_.try_emplace(f.conn, f.ours ? f.local : f.peer, f.ours ? f.peer : f.local);
    return it->second;
  }
  void forget(u64 conn) {
    flows_.erase(conn);
    notes_.erase(conn);
  }
  void packet(WallTime when, u64 conn, Direction direction, std::string_view bytes) {
    if (full_ || bytes.empty()) return;
    if (file_.size() + bytes.size() > limit_) {
      full_ = true;
      on_.store(false, std::memory_order_relaxed);
      log::warn("the capture of packets ends: it has log.pcap_limit bytes");
      return;
    }
    file_.packet(when, direction, bytes, comment(conn, direction));
    ++written_;
  }
  void packets(WallTime when, u64 conn, Direction direction, const std::vector<std::string>& list) {
    for (const std::string& p : list) packet(when, conn, direction, p);
  }
  void flush() {
    file_.flush();
    if (file_.failed() && !std::exchange(full_, true)) {
      on_.store(false, std::memory_order_relaxed);
      log::error("the capture of packets ends: its file cannot be written");
    }
  }
  void finish(WallTime when, u64 dropped) { file_.statistics(when, written_, dropped); }

 private:
  static constexpr size_t kNotes = 64;  // that wait for one packet

  std::string comment(u64 conn, Direction direction) {
    std::string out;
    const auto it = notes_.find(conn);
    if (it == notes_.end()) return out;
    std::erase_if(it->second, [&](const Note& n) {
      if (!(direction == Direction::in ? n.in : n.out)) return false;
      out += fmt::format("{}{}", out.empty() ? "" : "; ", n.text);
      return true;
    });
    if (it->second.empty()) notes_.erase(it);
    return out;
  }

  PcapngFile file_;
  const u64 limit_;
  std::atomic<bool>& on_;
  std::unordered_map<u64, TcpFlow> flows_;
  std::unordered_map<u64, std::vector<Note>> notes_;
  u64 written_ = 0;
  bool full_ = false;
};

Capture::Capture(Trace& trace, const Clock& clock) : trace_(trace), clock_(clock) {}
Capture::~Capture() { stop(); }

std::string Capture::start(const std::string& path, u64 limit, bool append) {
  auto file = PcapngFile::open(path, append);
  if (!file) return file.error();
  {
    std::lock_guard lock(mutex_);
    if (section_) return "packets are captured already";
    section_ = std::make_unique<Section>(std::move(*file), limit, on_);
    thread_ = std::make_unique<WriterThread>(kQueue, [s = section_.get()] { s->flush(); });
    gaps_.clear();
    on_.store(true, std::memory_order_relaxed);
  }
  trace_.add_sink(*this);
  return {};
}

void Capture::stop() {
  on_.store(false, std::memory_order_relaxed);
  std::unique_ptr<Section> section;
  std::unique_ptr<WriterThread> thread;
  {
    std::lock_guard lock(mutex_);
    section.swap(section_);
    thread.swap(thread_);
  }
  if (!section) return;
  trace_.remove_sink(*this);
  thread->wait_idle();
  section->finish(clock_.wall(), thread->take_lost());
  section->flush();
}

void Capture::flush() {
  std::lock_guard lock(mutex_);
  if (thread_) thread_->wait_idle();
}

bool Capture::post(size_t bytes, UniqueFunction<void(Section&)> job) {
  std::lock_guard lock(mutex_);
  if (!thread_) return true;
  return thread_->post(bytes, [s = section_.get(), job = std::move(job)]() mutable { job(*s); });
}

void Capture::moved(const CapturedFlow& flow, Direction direction, std::string bytes) {
  const size_t n = bytes.size();
  std::array<u64, 2> gap{};
  {
    std::lock_guard lock(mutex_);
    if (const auto it = gaps_.find(flow.conn); it != gaps_.end()) {
      gap = it->second;
      gaps_.erase(it);
    }
  }
  const bool taken =
      post(n, [flow, direction, gap, now = clock_.wall(), data = std::move(bytes)](Section& s) {
        TcpFlow& f = s.flow(flow);
        f.skip(s.side(flow, Direction::in), gap[0]);
        f.skip(s.side(flow, Direction::out), gap[1]);
        s.packets(now, flow.conn, direction, f.data(s.side(flow, direction), data));
      });
  if (taken) return;
  gap[direction == Direction::out] += n;
  std::lock_guard lock(mutex_);
  gaps_[flow.conn] = gap;
}

void Capture::on_event(const TraceEvent& e) {
  if (!on()) return;
  if (auto note = note_of(e))
    post(note->text.size(),
         [conn = e.conn, n = std::move(*note)](Section& s) mutable { s.note(conn, std::move(n)); });
}

void Capture::opened(const CapturedFlow& flow) {
  post(0, [flow, now = clock_.wall()](Section& s) {
    const auto list = s.flow(flow).open();
    for (size_t i = 0; i < list.size(); ++i)
      s.packet(now, flow.conn, (i == 1) == flow.ours ? Direction::in : Direction::out, list[i]);
  });
}

void Capture::received(const CapturedFlow& flow, std::string bytes) {
  moved(flow, Direction::in, std::move(bytes));
}

void Capture::sent(const CapturedFlow& flow, std::string bytes) {
  moved(flow, Direction::out, std::move(bytes));
}

void Capture::ended(const CapturedFlow& flow, End how) {
  post(0, [flow, how, now = clock_.wall()](Section& s) {
    const auto direction =
        how == End::our_half || how == End::our_fin || how == End::our_reset ? Direction::out : Direction::in;
    const bool reset = how == End::our_reset || how == End::peer_reset;
    TcpFlow& f = s.flow(flow);
    const auto side = s.side(flow, direction);
    s.packet(now, flow.conn, direction, reset ? f.reset(side) : f.fin(side));
    if (how != End::peer_half && how != End::our_half) s.forget(flow.conn);
  });
}

void Capture::datagram_received(const Endpoint& from, const Endpoint& local, std::string_view bytes) {
  post(bytes.size(), [from, local, now = clock_.wall(), data = std::string(bytes)](Section& s) {
    s.packet(now, 0, Direction::in, udp_packet(from, local, data));
  });
}

void Capture::datagram_sent(const Endpoint& local, const Endpoint& to, std::string_view bytes) {
  post(bytes.size(), [local, to, now = clock_.wall(), data = std::string(bytes)](Section& s) {
    s.packet(now, 0, Direction::out, udp_packet(local, to, data));
  });
}

}  // namespace dfs
