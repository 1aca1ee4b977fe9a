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

Connection::~Connection() {
  loop_.forget(*this);
  net_.bytes.fetch_sub(accounted_, std::memory_order_relaxed);
}

bool Connection::open(int fd, const Endpoint& peer, std::unique_ptr<ConnectionHandler> handler, bool ours) {
  uv_tcp_init(loop_.uv(), &tcp_);
  state_ = State::open;
  peer_ = peer;
  flow_ = {id_, peer, {}, ours};
  handler_ = std::move(handler);
  if (uv_tcp_open(&tcp_, fd) != 0) {
    ::close(fd);
    close();
    return false;
  }
  uv_tcp_nodelay(&tcp_, 1);
  uv_tcp_keepalive(&tcp_, 1, 60);
  last_activity_ = loop_.clock().now();
  if (net_.trace.enabled()) net_.trace.emit(event::NetAccept{peer_.str()}, {.conn = id_});
  if (captured()) capture_open();
  update_reading();
  watch_stall();
  return true;
}

// --- input
// -----------------------------------------------------------------------------------------------------

void Connection::update_reading() {
  const bool take = may_take();
  if (take && (rest_.n != 0 || (turn_ == loop_.turn() && !turn_left())) && !waits_for_turn_) {
    waits_for_turn_ = true;
    set_.wait_for_turn(*this);
  }
  account();
  const bool want = take && !waits_for_turn_ && !peer_finished_;
  if (want == reading_) return;
  reading_ = want;
  if (want) {
    input_since_ = loop_.clock().now();  // while we did not read, the peer could not go on
    uv_read_start(reinterpret_cast<uv_stream_t*>(&tcp_), on_alloc, on_read);
  } else {
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&tcp_));
  }
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
  if (n == UV_EOF) return c.peer_finished();
  if (n < 0) {
    if (c.captured()) c.capture_end(Capture::End::peer_reset);
    return c.close();
  }
  c.received(reinterpret_cast<const u8*>(buf->base), static_cast<size_t>(n));
}

void Connection::received(const u8* p, size_t n) {
  last_activity_ = loop_.clock().now();
  begin_turn();
  turn_bytes_ -= static_cast<i64>(n);
  const BlockRef block = loop_.receive_block();
  const bool direct = !block || p < block->data() || p >= block->data() + block->capacity();
  Input input{block, p, n, direct};
  if (net_.faults.armed(fault::Point::net_read)) [[unlikely]] {
    if (auto action = net_.faults.check(fault::Point::net_read, {.conn = id_, .bytes = n})) {
      if ((fault::group_of(action->kind) & fault::kTime) != 0) {
        held_ = true;
        begin_work();
        loop_.scope().spawn(deliver_later(*action, std::move(input)));
        update_reading();
        return;
      }
      apply(*action);
    }
  }
  if (deaf_) {
    // Taken from the socket and never seen by anybody; an unfinished record stays unfinished.
    if (captured()) {
      untold_ = {p, static_cast<u32>(n)};
      capture_input(n);
    }
    return;
  }
  deliver(input);
}

Task<void> Connection::deliver_later(fault::Action action, Input input) {
  co_await net_.faults.spend(action);
  held_ = false;
  if (state_ == State::open) deliver(input);
  end_work();
}

void Connection::deliver(const Input& input) {
  bool completed = false;
  // A capture is told of it afterwards, when it is known which requests came with it.
  if (captured()) [[unlikely]]
    untold_ = {input.p, static_cast<u32>(input.n)};
  auto sink = [&](Record r) {
    if (state_ != State::open) return false;
    completed = true;
    const size_t before = out_.bytes();
    handler_->on_record(std::move(r));
    --turn_requests_;
    if (out_.bytes() > before) turn_bytes_ -= static_cast<i64>(out_.bytes() - before);
    return turn_left() && may_take();
  };
  in_delivery_ = true;
  RecordReader::Taken taken{RecordReader::Status::ok, input.n};
  if (input.direct)
    taken.status = reader_.received(static_cast<u32>(input.n), sink);
  else
    taken = reader_.consume(input.block, input.p, input.n, sink);
  in_delivery_ = false;
  if (untold_.size != 0) capture_input(taken.status == RecordReader::Status::ok ? taken.bytes : input.n);
  if (taken.status != RecordReader::Status::ok) {
    if (net_.trace.enabled())
      net_.trace.emit(event::NetBadRecord{taken.status == RecordReader::Status::too_large}, {.conn = id_});
    close();
    return;
  }
  note_input(taken.bytes, completed);
  if (taken.bytes < input.n && state_ == State::open)
    keep({input.block, input.p + taken.bytes, input.n - taken.bytes});
  update_reading();
  loop_.finish_turn();
  close_when_done();
}

// What was not taken keeps its block, unless it would pin much more than itself.
void Connection::keep(const Input& rest) {
  if (rest.n >= rest.block->capacity() / 2) {
    rest_ = rest;
    return;
  }
  BlockRef own = BlockRef::allocate(static_cast<u32>(rest.n));
  std::memcpy(own->data(), rest.p, rest.n);
  const u8* p = own->data();
  rest_ = {std::move(own), p, rest.n};
}

void Connection::next_turn() {
  waits_for_turn_ = false;
  begin_turn();
  if (rest_.n != 0 && may_take() && turn_left())
    deliver(std::exchange(rest_, {}));
  else
    update_reading();
}

// The peer closed its side of the stream; what it asked for before is still answered.
void Connection::peer_finished() {
  peer_finished_ = true;
  if (captured()) capture_end(Capture::End::peer_half);
  update_reading();
  close_when_done();
}

void Connection::end_work() {
  --in_flight_;
  if (state_ == State::open && !in_delivery_) update_reading();
  close_when_done();
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
  if (out_.empty()) {
    output_since_ = loop_.clock().now();
    output_bytes_ = 0;
  }
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
    sent(static_cast<size_t>(n));
    if (static_cast<size_t>(n) < offered) break;
  }
  if (out_.empty()) {
    update_reading();
    return close_when_done();
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

void Connection::sent(size_t n) {
  if (captured()) [[unlikely]]
    capture_output(n);
  out_.consume(n);
  output_bytes_ += n;
  last_activity_ = loop_.clock().now();
  // Under a fault rule that throttles, every byte counts: the peer is not to blame.
  if (output_bytes_ < ConnectionLimits::kProgress && throttle_ == 0 && slice_ == 0) return;
  output_since_ = last_activity_;
  output_bytes_ = 0;
}

void Connection::written(int status) {
  const size_t n = std::exchange(writing_, 0);
  if (state_ != State::open) {
    out_.clear();
    return;
  }
  if (status != 0) return close();
  sent(n);
  flush();
  if (state_ == State::open) update_reading();
  close_when_done();
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
  if (n > 0) sent(static_cast<size_t>(n));
  if (out_.empty()) return close_when_done();
  pump_timer_ = loop_.after(throttle_ != 0 || n < 0 ? 10 * kMillisecond : 0, [this] {
    pump_timer_ = 0;
    if (state_ == State::open) flush();
  });
}

// --- ends
// ------------------------------------------------------------------------------------------------------

void Connection::close() {
  if (state_ != State::open) return;
  if (captured()) capture_end(Capture::End::our_fin);
  state_ = State::closing;
  reading_ = false;
  if (stall_timer_ != 0) loop_.cancel(std::exchange(stall_timer_, 0));
  if (pump_timer_ != 0) loop_.cancel(std::exchange(pump_timer_, 0));
  if (writing_ == 0) out_.clear();
  rest_ = {};
  account();
  if (net_.trace.enabled()) net_.trace.emit(event::NetClose{}, {.conn = id_});
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
  if (captured()) capture_end(Capture::End::our_reset);
  close();
}

// A peer that sends no more, or a server that stops: the last reply was the end.
void Connection::close_when_done() {
  if (state_ != State::open || in_delivery_ || in_flight_ != 0 || !out_.empty()) return;
  if (set_.draining() || (peer_finished_ && rest_.n == 0)) close();
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
    case ActionKind::cut:
      // What was sent up to here arrives: after RST the peer would flush what it has not read (RFC 9293 3.10.7.4).
      flush();
      if (state_ == State::open) close();
      break;
    case ActionKind::half_close: {
      uv_os_fd_t fd;
      if (uv_fileno(reinterpret_cast<uv_handle_t*>(&tcp_), &fd) == 0) shutdown(fd, SHUT_WR);
      if (captured()) capture_end(Capture::End::our_half);
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
