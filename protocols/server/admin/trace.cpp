// GET /api/v1/trace
#include <fmt/format.h>

#include <charconv>

#include "engine/trace/event_json.h"
#include "protocols/server/admin/answers.h"

namespace dfs::server::admin {
namespace {

constexpr size_t kAtOnce = 1000;                     // events of one part
constexpr std::chrono::milliseconds kPatience{250};  // after which it is asked whether anybody still listens

bool whole_number(const std::string& text, u64* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// after: the last one that is known to whoever asks; nothing is lost to who asks for what there is.
std::string lines_of(const std::vector<TraceEvent>& events, std::optional<u64> after) {
  std::string out;
  if (!events.empty() && after && events.front().seq > *after + 1)
    out += lost_to_json(events.front().seq - *after - 1) + "\n";
  for (const TraceEvent& e : events) out += to_json(e) + "\n";
  return out;
}

}  // namespace

// One who follows: as long as there is one, the ring is kept.
struct Api::Follower {
  Follower(Api& a, u64 from) : api(a), after(from) {}
  ~Follower() {
    if (api.followers_.fetch_sub(1) == 1)
      api.server_.with(
          [](Server& s) {
            s.trace().enable(s.config().trace);
            return true;
          },
          false);
  }

  bool operator()(const Answer::Write& write) {
    if (api.stopping_) return false;
    const std::string lines = api.server_.with([&](Server& s) { return next(s.trace()); }, std::string());
    // An empty line between events: whoever is gone shows with it.
    return write(lines.empty() ? "\n" : lines);
  }

  std::string next(Trace& trace) {
    trace.enable(true);  // another run of the server has another trace
    if (trace.last_seq() < after) after = 0;
    auto events = trace.since(after, kAtOnce);
    if (events.empty()) {
      if (!trace.wait(
              after, [](const TraceEvent&) { return true; }, kPatience, nullptr))
        return {};
      events = trace.since(after, kAtOnce);
    }
    std::string out = lines_of(events, after);
    if (!events.empty()) after = events.back().seq;
    return out;
  }

  Api& api;
  u64 after;
};

void Api::stop() {
  stopping_ = true;
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (followers_ != 0 && std::chrono::steady_clock::now() < last)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

Answer Api::trace(const Request& r) {
  std::optional<u64> after;
  if (const auto it = r.query.find("after"); it != r.query.end() && !whole_number(it->second, &after.emplace()))
    return Answer::problem(400, fmt::format("after is the number of an event, not \"{}\"", it->second));
  const auto follow = r.query.find("follow");
  if (follow == r.query.end() || follow->second == "0" || follow->second == "false")
    return server_.with(
        [&](Server& s) {
          if (!s.trace().enabled() && s.trace().last_seq() == 0)
            return Answer::problem(409, "no events are kept: follow them, or set trace.enabled");
          return Answer{200, lines_of(s.trace().since(after.value_or(0)), after)};
        },
        no_server());
  if (followers_.fetch_add(1) >= kFollowers) {
    followers_.fetch_sub(1);
    return Answer::problem(503, fmt::format("{} follow the trace already", kFollowers));
  }
  // Those that were before it began are not asked for.
  if (!after)
    after = server_.with([](Server& s) { return s.trace().last_seq(); }, u64{0});
  auto follower = std::make_shared<Follower>(*this, *after);
  server_.with(
      [](Server& s) {
        s.trace().enable(true);
        return true;
      },
      false);
  Answer out;
  out.more = [follower](const Answer::Write& write) { return (*follower)(write); };
  return out;
}

}  // namespace dfs::server::admin
