#include "engine/loop/loop.h"

#include <signal.h>

#include <climits>
#include <future>

namespace dfs {

thread_local Loop* Loop::current_ = nullptr;

namespace {

// With a loop's first stream libuv opens a descriptor of its own, and tries again with each further one while
// there is none to be had. Done here, it never takes the one that a listener keeps in reserve.
void open_first_stream(uv_loop_t* loop) {
  uv_tcp_t stream;
  DFS_CHECK(uv_tcp_init(loop, &stream) == 0);
  uv_close(reinterpret_cast<uv_handle_t*>(&stream), nullptr);
  uv_run(loop, UV_RUN_DEFAULT);
}

}  // namespace

Loop::Loop(Clock& clock, unsigned index) : clock_(clock), index_(index), timers_(clock) {
  DFS_CHECK(uv_loop_init(&uv_) == 0);
  open_first_stream(&uv_);
  wake_.data = timer_.data = check_.data = this;
  DFS_CHECK(uv_async_init(&uv_, &wake_, [](uv_async_t* h) { static_cast<Loop*>(h->data)->drain(); }) == 0);
  DFS_CHECK(uv_timer_init(&uv_, &timer_) == 0);
  DFS_CHECK(uv_check_init(&uv_, &check_) == 0);
  // The last word of every turn: whatever was queued by any callback leaves now.
  uv_check_start(&check_, [](uv_check_t* h) {
    auto* loop = static_cast<Loop*>(h->data);
    loop->finish_turn();
    ++loop->turn_;
  });
  if (!clock_.real()) {
    clock_token_ = clock_.subscribe([this](Nanos now) {
      if (on_this_thread()) return run_timers(now);
      std::promise<void> ran;
      submit([&] {
        run_timers(now);
        finish_turn();
        ran.set_value();
      });
      ran.get_future().wait();
    });
  }
}

Loop::~Loop() {
  stop();
  if (clock_token_ != 0) clock_.unsubscribe(clock_token_);
  receive_block_ = BlockRef();
  for (uv_handle_t* h : {reinterpret_cast<uv_handle_t*>(&wake_), reinterpret_cast<uv_handle_t*>(&timer_),
                         reinterpret_cast<uv_handle_t*>(&check_)})
    if (!uv_is_closing(h)) uv_close(h, nullptr);
  uv_run(&uv_, UV_RUN_DEFAULT);
  DFS_CHECK(uv_loop_close(&uv_) == 0);
}

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::stop(UniqueFunction<void()> closing) {
  if (!thread_.joinable()) return;
  submit([this, closing = std::move(closing)]() mutable {
    if (closing) closing();
    stopping_ = true;
    uv_stop(&uv_);
  });
  thread_.join();
}

void Loop::run() {
  // A peer that is gone is an error of the write, not a signal for the process we happen to live in.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  current_ = this;
  make_current(this);
  while (!stopping_) uv_run(&uv_, UV_RUN_DEFAULT);
  // What was closed last still has to tell its owner, and tasks have to end.
  uv_unref(reinterpret_cast<uv_handle_t*>(&wake_));
  uv_unref(reinterpret_cast<uv_handle_t*>(&check_));
  uv_timer_stop(&timer_);
  uv_run(&uv_, UV_RUN_DEFAULT);
  finish_turn();
  make_current(nullptr);
  current_ = nullptr;
}

void Loop::submit(UniqueFunction<void()> fn) {
  bool first;
  {
    std::lock_guard lock(mutex_);
    first = inbox_.empty();
    inbox_.push_back(std::move(fn));
  }
  if (first) uv_async_send(&wake_);
}

void Loop::submit_after(Nanos delay, UniqueFunction<void()> fn) {
  if (on_this_thread()) {
    after(delay, std::move(fn));
    return;
  }
  submit([this, delay, fn = std::move(fn)]() mutable { after(delay, std::move(fn)); });
}

void Loop::drain() {
  std::vector<UniqueFunction<void()>> batch;
  {
    std::lock_guard lock(mutex_);
    batch.swap(inbox_);
  }
  for (auto& fn : batch) {
    Cause::make_current({});
    fn();
  }
  finish_turn();
}

void Loop::forget(EndOfTurn& e) {
  if (!e.queued_) return;
  std::erase(end_of_turn_, &e);
  e.queued_ = false;
}

void Loop::finish_turn() {
  while (!end_of_turn_.empty()) {
    EndOfTurn* e = end_of_turn_.back();
    end_of_turn_.pop_back();
    e->queued_ = false;
    e->end_of_turn();
  }
}

Timers::Id Loop::after(Nanos delay, UniqueFunction<void()> fn) {
  DFS_CHECK(on_this_thread() || !thread_.joinable());
  const Timers::Id id = timers_.after(delay, std::move(fn));
  arm();
  return id;
}

bool Loop::cancel(Timers::Id id) {
  const bool found = timers_.cancel(id);
  if (found) arm();
  return found;
}

void Loop::arm() {
  const Nanos next = timers_.next();
  if (!clock_.real()) {
    static_cast<ManualClock&>(clock_).set_next_deadline(clock_token_, next);
    return;
  }
  if (next == LLONG_MAX) {
    uv_timer_stop(&timer_);
    return;
  }
  const Nanos wait = std::max<Nanos>(0, next - clock_.now());
  uv_update_time(&uv_);
  uv_timer_start(
      &timer_,
      [](uv_timer_t* h) {
        auto* loop = static_cast<Loop*>(h->data);
        loop->run_timers(loop->clock_.now());
        loop->finish_turn();
      },
      static_cast<u64>((wait + kMillisecond - 1) / kMillisecond), 0);
}

void Loop::run_timers(Nanos now) {
  timers_.run_due(now);
  arm();
}

size_t Loop::foreign_handles() {
  size_t n = 0;
  uv_walk(
      &uv_, [](uv_handle_t*, void* count) { ++*static_cast<size_t*>(count); }, &n);
  return n - 3;
}

}  // namespace dfs
