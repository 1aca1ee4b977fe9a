#include "engine/net/connection.h"

#include <netinet/tcp.h>

namespace dfs::net {

Connection::Connection(Loop& loop, NetContext& net, const Framing& framing, const ConnectionLimits& limits,
                       ConnectionSet& set)
    : loop_(loop),
      net_(net),
      limits_(limits),
      set_(set),
      id_(net.next_id.fetch_add(1, std::memory_order_relaxed)),
      reader_(framing, limits.record) {
  tcp_.data = write_request_.data = this;
}

Connection::~Connection() { loop_.forget(*this); }

bool Connection::open(int fd, std::unique_ptr<ConnectionHandler> handler) {
  uv_tcp_init(loop_.uv(), &tcp_);
  state_ = State::open;
  handler_ = std::move(handler);
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_tcp_open(&tcp_, fd) != 0) {
    ::close(fd);
    close();
    return false;
  }
  if (uv_tcp_getpeername(&tcp_, reinterpret_cast<sockaddr*>(&address), &size) == 0)
    peer_ = Endpoint::of(reinterpret_cast<sockaddr*>(&address));
  uv_tcp_nodelay(&tcp_, 1);
  uv_tcp_keepalive(&tcp_, 1, 60);
  last_progress_ = loop_.clock().now();
  if (net_.trace.enabled()) net_.trace.emit("net.accept", id_, 0, {{"peer", peer_.str()}});
  update_reading();
  watch_stall();
  return true;
}

// --- input
// -----------------------------------------------------------------------------------------------------

void Connection::update_reading() {
  const bool want = state_ == State::open && !held_ && !set_.draining() &&
                    in_flight_ < limits_.max_in_flight && out_.bytes() < limits_.max_queued;
  if (want == reading_) return;
  reading_ = want;
  if (want)
    uv_read_start(reinterpret_cast<uv_stream_t*>(&tcp_), on_alloc, on_read);
  else
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&tcp_));
}

void Connection::on_alloc(uv_handle_t* h, size_t, uv_buf_t* buf) {
  auto& c = *static_cast<Connection*>(h->data);
  if (auto tail = c.reader_.tail(); tail.size != 0) {
    *buf = uv_buf_init(reinterpret_cast<char*>(tail.data), tail.size);
    return;
  }
  BlockRef& block = c.loop_.receive_block();
  if (!block || !block->unique()) block = BlockRef::allocate(static_cast<u32>(c.limits_.receive_buffer));
  // In a stream of large records read only the next one's beginning here, the rest goes straight to its
  // place.
  const u32 n = c.reader_.streaming() ? std::min<u32>(4096, block->capacity()) : block->capacity();
  *buf = uv_buf_init(reinterpret_cast<char*>(block->data()), n);
}

void Connection::on_read(uv_stream_t* s, ssize_t n, const uv_buf_t* buf) {
  auto& c = *static_cast<Connection*>(s->data);
  if (n == 0) return;
  if (n < 0) {
    c.close();
    return;
  }
  c.received(reinterpret_cast<const u8*>(buf->base), static_cast<size_t>(n));
}

void Connection::received(const u8* p, size_t n) {
  last_progress_ = loop_.clock().now();
  const BlockRef block = loop_.receive_block();
  const bool direct = !block || p < block->data() || p >= block->data() + block->capacity();
  if (auto action = net_.faults.check(fault::Point::net_read, {.conn = id_, .bytes = n})) {
    if (fault::group_of(action->kind) == fault::kTime) {
      held_ = true;
      begin_work();
      loop_.scope().spawn(deliver_later(*action, block, p, n, direct));
      update_reading();
      return;
    }
    apply(*action);
  }
  if (deaf_) {
    // Taken from the socket and never seen by anybody; an unfinished record stays unfinished.
    return;
  }
  deliver(block, p, n, direct);
}

Task<void> Connection::deliver_later(fault::Action action, BlockRef block, const u8* p, size_t n,
                                     bool direct) {
  co_await net_.faults.spend(action);
  held_ = false;
  if (state_ == State::open) deliver(block, p, n, direct);
  end_work();
}

void Connection::deliver(const BlockRef& block, const u8* p, size_t n, bool direct) {
  auto sink = [this](Record r) {
    if (state_ == State::open) handler_->on_record(std::move(r));
  };
  in_delivery_ = true;
  const auto status =
      direct ? reader_.received(static_cast<u32>(n), sink) : reader_.consume(block, p, n, sink);
  in_delivery_ = false;
  if (status != RecordReader::Status::ok) {
    if (net_.trace.enabled())
      net_.trace.emit("net.bad_record", id_, 0,
                      {{"too_large", u64{status == RecordReader::Status::too_large}}});
    close();
    return;
  }
  update_reading();
  loop_.finish_turn();
}

void Connection::end_work() {
  --in_flight_;
  if (state_ == State::open && !in_delivery_) update_reading();
  if (state_ == State::open && set_.draining() && in_flight_ == 0 && out_.empty()) close();
  maybe_delete();
}

Endpoint Connection::local() const {
  sockaddr_storage address{};
  int size = sizeof address;
  if (uv_tcp_getsockname(&tcp_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  return Endpoint::of(reinterpret_cast<sockaddr*>(&address));
}

// --- output
// ----------------------------------------------------------------------------------------------------

void Connection::send(SliceList& bytes) {
  if (state_ != State::open || mute_) {
    bytes.clear();
    return;
  }
  if (net_.faults.armed(fault::Point::net_write)) [[unlikely]] {
    if (auto action = net_.faults.check(fault::Point::net_write, {.conn = id_, .bytes = total_size(bytes)}))
      apply(*action);
    if (state_ != State::open || mute_) {
      bytes.clear();
      return;
    }
  }
  if (out_.empty()) last_progress_ = loop_.clock().now();
  out_.append(bytes);
  loop_.at_end_of_turn(*this);
}

void Connection::end_of_turn() {
  if (state_ == State::open) flush();
}

void Connection::flush() {
  if (writing_ != 0 || out_.empty()) return;
  if (throttle_ != 0 || slice_ != 0) return flush_limited();
  uv_buf_t bufs[64];
  while (!out_.empty()) {
    const size_t count = out_.gather(bufs, std::size(bufs), SIZE_MAX);
    size_t offered = 0;
    for (size_t i = 0; i < count; ++i) offered += bufs[i].len;
    const int n = uv_try_write(reinterpret_cast<uv_stream_t*>(&tcp_), bufs, static_cast<unsigned>(count));
    if (n == UV_EAGAIN) break;
    if (n < 0) {
      close();
      return;
    }
    last_progress_ = loop_.clock().now();
    out_.consume(static_cast<size_t>(n));
    if (static_cast<size_t>(n) < offered) break;
  }
  if (out_.empty()) {
    if (set_.draining() && in_flight_ == 0) return close();
    update_reading();
    return;
  }
  // The socket is full: libuv waits for it and writes what is at the front.
  const size_t count = out_.gather(bufs, std::size(bufs), SIZE_MAX);
  writing_ = 0;
  for (size_t i = 0; i < count; ++i) writing_ += bufs[i].len;
  const int error =
      uv_write(&write_request_, reinterpret_cast<uv_stream_t*>(&tcp_), bufs, static_cast<unsigned>(count),
               [](uv_write_t* r, int status) { static_cast<Connection*>(r->data)->written(status); });
  if (error != 0) {
    writing_ = 0;
    close();
    return;
  }
  update_reading();
}

void Connection::written(int status) {
  const size_t n = std::exchange(writing_, 0);
  if (state_ != State::open) {
    out_.clear();
    return;
  }
  if (status != 0) return close();
  last_progress_ = loop_.clock().now();
  out_.consume(n);
  flush();
  if (state_ == State::open) update_reading();
}

void Connection::flush_limited() {
  if (pump_timer_ != 0) return;
  uv_buf_t bufs[16];
  // A throttled peer gets its allowance every 10 ms; a sliced one gets one slice a turn.
  u64 allowance = throttle_ != 0 ? std::max<u64>(1, throttle_ / 100) : SIZE_MAX;
  if (slice_ != 0) allowance = std::min(allowance, slice_);
  const size_t count = out_.gather(bufs, std::size(bufs), allowance);
  const int n = uv_try_write(reinterpret_cast<uv_stream_t*>(&tcp_), bufs, static_cast<unsigned>(count));
  if (n < 0 && n != UV_EAGAIN) return close();
  if (n > 0) {
    last_progress_ = loop_.clock().now();
    out_.consume(static_cast<size_t>(n));
  }
  if (out_.empty()) return;
  pump_timer_ = loop_.after(throttle_ != 0 || n < 0 ? 10 * kMillisecond : 0, [this] {
    pump_timer_ = 0;
    if (state_ == State::open) flush();
  });
}

// --- ends
// ------------------------------------------------------------------------------------------------------

void Connection::watch_stall() {
  const bool idle_matters = limits_.idle_timeout != 0;
  const Nanos limit =
      idle_matters ? std::min(limits_.idle_timeout, limits_.stall_timeout) : limits_.stall_timeout;
  stall_timer_ = loop_.after(limit, [this, idle_matters] {
    stall_timer_ = 0;
    if (state_ != State::open) return;
    const Nanos silent = loop_.clock().now() - last_progress_;
    const bool stalled =
        (!out_.empty() || (reader_.unfinished() && in_flight_ == 0)) && silent >= limits_.stall_timeout;
    const bool idle = idle_matters && in_flight_ == 0 && out_.empty() && silent >= limits_.idle_timeout;
    if (stalled || idle) return close();
    watch_stall();
  });
}

void Connection::close() {
  if (state_ != State::open) return;
  state_ = State::closing;
  reading_ = false;
  if (stall_timer_ != 0) loop_.cancel(std::exchange(stall_timer_, 0));
  if (pump_timer_ != 0) loop_.cancel(std::exchange(pump_timer_, 0));
  if (writing_ == 0) out_.clear();
  if (net_.trace.enabled()) net_.trace.emit("net.close", id_, 0);
  if (handler_) handler_->on_closed();
  auto closed = [](uv_handle_t* h) {
    auto& c = *static_cast<Connection*>(h->data);
    c.state_ = State::closed;
    c.maybe_delete();
  };
  uv_close(reinterpret_cast<uv_handle_t*>(&tcp_), closed);
}

void Connection::reset() {
  if (state_ != State::open) return;
  // Closing with a zero linger sends RST and drops what was not sent.
  uv_os_fd_t fd;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(&tcp_), &fd) == 0) {
    const linger now{1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  close();
}

void Connection::maybe_delete() {
  if (state_ == State::closed && in_flight_ == 0) set_.remove(*this);
}

void Connection::apply(const fault::Action& action) {
  using fault::ActionKind;
  switch (action.kind) {
    case ActionKind::reset:
      reset();
      break;
    case ActionKind::close:
      close();
      break;
    case ActionKind::half_close: {
      uv_os_fd_t fd;
      if (uv_fileno(reinterpret_cast<uv_handle_t*>(&tcp_), &fd) == 0) shutdown(fd, SHUT_WR);
      mute_ = true;
      break;
    }
    case ActionKind::slow_close:
      deaf_ = mute_ = true;
      pump_timer_ = loop_.after(action.nanos(), [this] {
        pump_timer_ = 0;
        close();
      });
      break;
    case ActionKind::throttle:
      throttle_ = static_cast<u64>(std::max<i64>(1, action.number));
      break;
    case ActionKind::slice:
      slice_ = static_cast<u64>(std::max<i64>(1, action.number));
      break;
    case ActionKind::blackhole:
      deaf_ = mute_ = true;
      break;
    default:
      break;
  }
}

}  // namespace dfs::net
