#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/trace/capture.h"

namespace dfs {
namespace {

namespace fs = std::filesystem;

struct Scratch {
  std::string path = (fs::temp_directory_path() / ("dfs-pcapng-" + std::to_string(::getpid()))).string();
  ~Scratch() { fs::remove(path); }
};

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

u32 number(const std::string& s, size_t at) {
  u32 v;
  std::memcpy(&v, s.data() + at, 4);
  return v;
}

struct Block {
  u32 type;
  std::string body;
};

std::vector<Block> blocks_of(const std::string& path) {
  const std::string all = content(path);
  std::vector<Block> out;
  for (size_t at = 0; at < all.size();) {
    const u32 length = number(all, at + 4);
    REQUIRE(length % 4 == 0);
    REQUIRE(at + length <= all.size());
    REQUIRE(number(all, at + length - 4) == length);
    out.push_back({number(all, at), all.substr(at + 8, length - 12)});
    at += length;
  }
  return out;
}

constexpr u32 kSection = 0x0A0D0D0A, kInterface = 1, kStatistics = 5, kPacket = 6;

Endpoint at(const char* ip, u16 port) { return {*IpAddress::parse(ip), port}; }

u16 be16(std::string_view s, size_t i) {
  return static_cast<u16>(static_cast<u8>(s[i]) << 8 | static_cast<u8>(s[i + 1]));
}
u32 be32(std::string_view s, size_t i) { return u32{be16(s, i)} << 16 | be16(s, i + 2); }

// The sum over everything a checksum covers, itself included, is 0xFFFF when it is right (RFC 1071).
u16 sum(std::string_view s) {
  u32 total = 0;
  for (size_t i = 0; i < s.size(); i += 2)
    total +=
        static_cast<u32>(static_cast<u8>(s[i])) << 8 | (i + 1 < s.size() ? static_cast<u8>(s[i + 1]) : 0);
  while (total >> 16) total = (total & 0xFFFF) + (total >> 16);
  return static_cast<u16>(total);
}

void check_v4(std::string_view p) {
  REQUIRE(be16(p, 2) == p.size());
  CHECK(sum(p.substr(0, 20)) == 0xFFFF);
  std::string pseudo(p.substr(12, 8));
  pseudo += '\0';
  pseudo += p[9];
  pseudo += static_cast<char>((p.size() - 20) >> 8);
  pseudo += static_cast<char>(p.size() - 20);
  pseudo += p.substr(20);
  CHECK(sum(pseudo) == 0xFFFF);
}

}  // namespace

TEST_CASE("packets: a TCP connection's segments follow each other") {
  TcpFlow flow(at("127.0.0.1", 700), at("127.0.0.2", 2049));
  const auto open = flow.open();
  REQUIRE(open.size() == 3);
  for (const auto& p : open) check_v4(p);
  CHECK(open[0][20 + 13] == 2);     // SYN
  CHECK(open[1][20 + 13] == 0x12);  // SYN, ACK
  CHECK(be32(open[1], 20 + 8) == 1);
  const std::string data(100'001, 'x');
  const auto parts = flow.data(TcpFlow::client, data);
  REQUIRE(parts.size() == 2);
  std::string seen;
  for (const auto& p : parts) {
    check_v4(p);
    CHECK(be32(p, 20 + 4) == 1 + seen.size());
    seen += p.substr(40);
  }
  CHECK(seen == data);
  const auto reply = flow.data(TcpFlow::server, "answer");
  CHECK(be32(reply[0], 20 + 8) == 1 + data.size());
  CHECK(be16(reply[0], 20) == 2049);
  flow.skip(TcpFlow::server, 10);
  const std::string fin = flow.fin(TcpFlow::server);
  CHECK(be32(fin, 20 + 4) == 1 + 6 + 10);
  CHECK(flow.fin(TcpFlow::server).empty());
}

TEST_CASE("packets: UDP, IPv6") {
  check_v4(udp_packet(at("192.0.2.1", 5), at("192.0.2.2", 111), "odd"));
  check_v4(udp_packet(at("::", 5), at("192.0.2.2", 111), "from a wildcard"));
  const std::string p = udp_packet(at("::1", 5), at("2001:db8::2", 111), "data");
  CHECK((static_cast<u8>(p[0]) >> 4) == 6);
  CHECK(be16(p, 4) == p.size() - 40);
  CHECK(p.substr(48) == "data");
}

TEST_CASE("capture: sections, comments, and the order of both directions") {
  Scratch file;
  ManualClock clock;
  Trace trace(clock);
  Capture capture(trace, clock);
  const CapturedFlow flow{3, at("127.0.0.1", 700), at("127.0.0.1", 2049), false};
  REQUIRE(capture.start(file.path, 1 << 20, false).empty());
  CHECK(trace.enabled());
  CHECK(capture.start(file.path, 1 << 20, false) == "packets are captured already");
  capture.opened(flow);
  trace.emit(event::RpcArrived{4}, {3, 9});
  capture.received(flow, "call");
  trace.emit(event::FaultFired{.rule = 1, .point = "rpc.reply.tx", .action = "duplicate"}, {3, 9});
  trace.emit(event::RpcCall{.xid = 1}, {3, 9});
  capture.sent(flow, "reply");
  capture.ended(flow, Capture::End::peer_half);
  capture.ended(flow, Capture::End::our_fin);
  capture.stop();
  CHECK_FALSE(trace.enabled());
  auto blocks = blocks_of(file.path);
  REQUIRE(blocks.size() == 2 + 3 + 2 + 2 + 1);
  CHECK(blocks[0].type == kSection);
  CHECK(blocks[1].type == kInterface);
  CHECK(blocks.back().type == kStatistics);
  CHECK(blocks[5].body.find("request 9") != std::string::npos);
  CHECK(blocks[6].body.find("fault rule 1: duplicate at rpc.reply.tx, request 9; request 9") !=
        std::string::npos);
  // 1,700,000,000 s in nanoseconds, high half first.
  CHECK((u64{number(blocks[2].body, 4)} << 32 | number(blocks[2].body, 8)) == 1'700'000'000'000'000'000u);

  SECTION("another section behind it") {
    REQUIRE(capture.start(file.path, 1 << 20, true).empty());
    capture.sent(flow, "again");
    capture.flush();
    CHECK(blocks_of(file.path).size() == blocks.size() + 3);
    capture.stop();
    CHECK(blocks_of(file.path).size() == blocks.size() + 4);
  }
  SECTION("what was cut off in the middle goes") {
    fs::resize_file(file.path, fs::file_size(file.path) - 5);
    REQUIRE(capture.start(file.path, 1 << 20, true).empty());
    capture.stop();
    CHECK(blocks_of(file.path).size() == blocks.size() - 1 + 3);
  }
  SECTION("what is no capture is not touched") {
    std::ofstream(file.path) << "some other file";
    CHECK(capture.start(file.path, 1 << 20, true).find("is no pcapng file") != std::string::npos);
    CHECK(content(file.path) == "some other file");
  }
}

TEST_CASE("capture: it ends at its limit") {
  Scratch file;
  ManualClock clock;
  Trace trace(clock);
  Capture capture(trace, clock);
  const CapturedFlow flow{3, at("127.0.0.1", 700), at("127.0.0.1", 2049), false};
  REQUIRE(capture.start(file.path, 100'000, false).empty());
  for (int i = 0; i < 100; ++i) capture.received(flow, std::string(2000, 'x'));
  capture.flush();
  CHECK_FALSE(capture.on());
  capture.stop();
  CHECK(fs::file_size(file.path) < 101'000);
  CHECK(blocks_of(file.path).back().type == kStatistics);
}

TEST_CASE("capture: started and stopped while others use it") {
  Scratch file;
  RealClock clock;
  Trace trace(clock);
  Capture capture(trace, clock);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (u64 conn = 1; conn <= 2; ++conn)
    threads.emplace_back([&, conn] {
      const CapturedFlow flow{conn, at("::1", 700), at("::1", 2049), conn == 2};
      while (!done) {
        trace.emit(event::RpcArrived{4}, {conn, 1});
        capture.received(flow, "bytes");
        capture.sent(flow, "bytes");
      }
    });
  for (int i = 0; i < 20; ++i) {
    REQUIRE(capture.start(file.path, 1 << 20, false).empty());
    capture.flush();
    capture.stop();
  }
  done = true;
  for (auto& t : threads) t.join();
}

}  // namespace dfs
