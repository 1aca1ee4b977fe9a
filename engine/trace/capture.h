#pragma once

#include <unordered_map>

#include "engine/base/trace.h"
#include "engine/trace/packets.h"
#include "engine/trace/pcapng.h"
#include "engine/trace/writer_thread.h"

namespace dfs {

// A connection as its packets name it.
struct CapturedFlow {
  u64 conn = 0;
  Endpoint peer, local;
  bool ours = false;  // we opened it: the peer is the server
};

// What a server's sockets give and take, into a file that Wireshark reads. While it is off it costs one
// relaxed load a read and a write; while it is on they copy what they moved, and a thread of its own makes
// packets of it. The packets of a connection are in the order in which its bytes moved. Packets carry as a
// comment which request of the trace arrives or is answered with them, and which fault rules fired meanwhile.
//
// Thread-safe; what is said of one connection comes from its loop.
class Capture final : private TraceSink {
 public:
  Capture(Trace& trace, const Clock& clock);
  ~Capture() override;  // stop()

  // Says what is wrong, or nothing. Above `limit` bytes of the file it ends by itself.
  std::string start(const std::string& path, u64 limit, bool append);
  // Everything seen is in the file when it returns.
  void stop();
  // What was seen before is in the file when it returns.
  void flush();
  bool on() const { return on_.load(std::memory_order_relaxed); }

  // The halves leave the other direction open.
  enum class End : u8 { peer_half, our_half, our_fin, peer_reset, our_reset };
  void opened(const CapturedFlow& flow);
  void received(const CapturedFlow& flow, std::string bytes);
  void sent(const CapturedFlow& flow, std::string bytes);
  void ended(const CapturedFlow& flow, End how);
  void datagram_received(const Endpoint& from, const Endpoint& local, std::string_view bytes);
  void datagram_sent(const Endpoint& local, const Endpoint& to, std::string_view bytes);

 private:
  class Section;  // what the thread works on
  using Direction = PcapngFile::Direction;

  void on_event(const TraceEvent& e) override;
  bool post(size_t bytes, UniqueFunction<void(Section&)> job);
  void moved(const CapturedFlow& flow, Direction direction, std::string bytes);

  Trace& trace_;
  const Clock& clock_;
  std::atomic<bool> on_{false};
  std::mutex mutex_;
  // changes under mutex_
  std::unique_ptr<Section> section_;
  std::unique_ptr<WriterThread> thread_;  // destroyed before the section
  // Bytes of connections that found no room in the queue, in and out: their sequence numbers are passed over.
  std::unordered_map<u64, std::array<u64, 2>> gaps_;
};

}  // namespace dfs
