#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/trace/trace_file.h"

namespace dfs {
namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("dfs-trace-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

std::vector<nlohmann::json> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<nlohmann::json> out;
  for (std::string line; std::getline(in, line);) out.push_back(nlohmann::json::parse(line));
  return out;
}

}  // namespace

TEST_CASE("trace file: every event is a line, with what linked it") {
  Folder folder;
  ManualClock clock;
  Trace trace(clock);
  CHECK_FALSE(trace.enabled());
  {
    auto file = TraceFile::open(trace, folder / "t", 1 << 20);
    REQUIRE(file);
    CHECK(trace.enabled());
    clock.advance(5);
    const CauseScope cause({3, 9});
    trace.emit(event::RpcCall{.xid = 7, .program = 100003, .procedure = 1});
    trace.emit(event::NetAccept{"\xff\"quoted\""}, {4, 0});
  }
  CHECK_FALSE(trace.enabled());
  const auto lines = lines_of(folder / "t");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == nlohmann::json{{"seq", 1},
                                   {"time", 5},
                                   {"name", "rpc.call"},
                                   {"conn", 3},
                                   {"request", 9},
                                   {"xid", 7},
                                   {"program", 100003},
                                   {"procedure", 1},
                                   {"outcome", 0}});
  CHECK(lines[1]["peer"] == "\xEF\xBF\xBD\"quoted\"");
}

TEST_CASE("trace file: two files together hold the limit, and nothing between them is missing") {
  Folder folder;
  ManualClock clock;
  Trace trace(clock);
  constexpr u64 kLimit = 20'000;
  {
    auto file = TraceFile::open(trace, folder / "t", kLimit);
    REQUIRE(file);
    for (int i = 0; i < 1000; ++i) trace.emit(event::NetClose{});
  }
  CHECK(fs::file_size(folder / "t") + fs::file_size(folder / "t.1") <= kLimit);
  auto older = lines_of(folder / "t.1");
  const auto newer = lines_of(folder / "t");
  REQUIRE(!newer.empty());
  older.insert(older.end(), newer.begin(), newer.end());
  for (size_t i = 1; i < older.size(); ++i) CHECK(older[i]["seq"] == older[i - 1]["seq"].get<u64>() + 1);
  CHECK(older.back()["seq"] == 1000);
}

TEST_CASE("trace file: a second run adds to it") {
  Folder folder;
  ManualClock clock;
  Trace trace(clock);
  for (int i = 0; i < 2; ++i) {
    auto file = TraceFile::open(trace, folder / "t", 1 << 20);
    trace.emit(event::NetClose{});
  }
  CHECK(lines_of(folder / "t").size() == 2);
  CHECK_FALSE(TraceFile::open(trace, folder / "none/t", 1 << 20));
}

TEST_CASE("trace events: names are those of their kind, and each is once") {
  std::vector<std::string> names;
  for (const EventInfo& e : event_infos()) names.emplace_back(e.name);
  CHECK(names[static_cast<size_t>(EventKind::RpcCall)] == std::string("rpc.call"));
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(event_infos()[static_cast<size_t>(EventKind::StoreRead)].fields.size() == 4);
}

}  // namespace dfs
