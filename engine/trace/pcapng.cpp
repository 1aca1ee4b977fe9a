#include "engine/trace/pcapng.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dfs {
namespace {

// draft-ietf-opsawg-pcapng 4. Numbers are in this machine's order, which the magic number tells.
constexpr u32 kSection = 0x0A0D0D0A, kInterface = 1, kStatistics = 5, kEnhancedPacket = 6;
constexpr u32 kByteOrderMagic = 0x1A2B3C4D;
constexpr u16 kLinktypeRaw = 101;
// Options: of any block, of the section, of the interface, of a packet, of statistics.
constexpr u16 kEnd = 0, kComment = 1;
constexpr u16 kOs = 3, kApplication = 4;
constexpr u16 kName = 2, kTimeResolution = 9;
constexpr u16 kFlags = 2;
constexpr u16 kReceived = 4, kDropped = 5;

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void pad(std::string& out) { out.append((4 - out.size() % 4) % 4, '\0'); }

void option(std::string& out, u16 code, std::string_view value) {
  value = value.substr(0, UINT16_MAX);
  put(out, code);
  put(out, static_cast<u16>(value.size()));
  out += value;
  pad(out);
}

template <class T>
void number_option(std::string& out, u16 code, T value) {
  option(out, code, {reinterpret_cast<const char*>(&value), sizeof value});
}

void put_time(std::string& out, WallTime when) {
  const u64 ns = static_cast<u64>(when.sec) * 1'000'000'000 + when.nsec;
  put(out, static_cast<u32>(ns >> 32));
  put(out, static_cast<u32>(ns));
}

// How much of the file is whole blocks; none when it is something else.
std::optional<u64> whole_blocks(std::FILE* file) {
  u64 at = 0;
  for (;;) {
    u32 head[2], tail;
    if (std::fseek(file, static_cast<long>(at), SEEK_SET) != 0) return at;
    if (std::fread(head, sizeof head, 1, file) != 1) return at;
    if (at == 0 && head[0] != kSection) return {};
    const u32 length = head[1];
    if (length < 12 || length % 4 != 0) return at;
    if (std::fseek(file, static_cast<long>(at + length - sizeof tail), SEEK_SET) != 0) return at;
    if (std::fread(&tail, sizeof tail, 1, file) != 1 || tail != length) return at;
    at += length;
  }
}

}  // namespace

Result<PcapngFile, std::string> PcapngFile::open(const std::string& path, bool append) {
  const auto refused = [&](std::string_view why) {
    return failure(fmt::format("packets cannot be written to {}: {}", path, why));
  };
  std::FILE* file = append ? std::fopen(path.c_str(), "r+be") : nullptr;
  u64 size = 0;
  if (file != nullptr) {
    const auto whole = whole_blocks(file);
    const bool usable = whole && (std::fseek(file, static_cast<long>(*whole), SEEK_SET) == 0) &&
                        ftruncate(fileno(file), static_cast<off_t>(*whole)) == 0;
    if (!usable) std::fclose(file);
    if (!whole) return refused("it is there, and is no pcapng file");
    if (!usable) return refused(strerror(errno));
    size = *whole;
  } else {
    file = std::fopen(path.c_str(), "wbe");
    if (file == nullptr) return refused(strerror(errno));
  }
  PcapngFile out(file, size);
  out.begin();
  return out;
}

PcapngFile::~PcapngFile() {
  if (file_ != nullptr) std::fclose(file_);
}

void PcapngFile::begin() {
  utsname system{};
  uname(&system);
  std::string section;
  put(section, kByteOrderMagic);
  put(section, u16{1});  // version 1.0
  put(section, u16{0});
  put(section, i64{-1});  // its length is not known yet
  option(section, kOs, fmt::format("{} {}", system.sysname, system.release));
  option(section, kApplication, "dittofs " DFS_VERSION);
  option(section, kEnd, {});
  block(kSection, std::move(section));

  std::string interface;
  put(interface, kLinktypeRaw);
  put(interface, u16{0});
  put(interface, u32{0});  // packets are whole
  option(interface, kName, "dittofs");
  number_option(interface, kTimeResolution, u8{9});
  option(interface, kEnd, {});
  block(kInterface, std::move(interface));
}

void PcapngFile::packet(WallTime when, Direction direction, std::string_view bytes,
                        std::string_view comment) {
  std::string body;
  body.reserve(bytes.size() + comment.size() + 64);
  put(body, u32{0});
  put_time(body, when);
  put(body, static_cast<u32>(bytes.size()));
  put(body, static_cast<u32>(bytes.size()));
  body += bytes;
  pad(body);
  if (!comment.empty()) option(body, kComment, comment);
  number_option(body, kFlags, static_cast<u32>(direction));
  option(body, kEnd, {});
  block(kEnhancedPacket, std::move(body));
}

void PcapngFile::statistics(WallTime when, u64 received, u64 dropped) {
  std::string body;
  put(body, u32{0});
  put_time(body, when);
  number_option(body, kReceived, received);
  number_option(body, kDropped, dropped);
  option(body, kEnd, {});
  block(kStatistics, std::move(body));
}

void PcapngFile::block(u32 type, std::string body) {
  const u32 length = static_cast<u32>(body.size()) + 12;
  std::fwrite(&type, sizeof type, 1, file_);
  std::fwrite(&length, sizeof length, 1, file_);
  std::fwrite(body.data(), 1, body.size(), file_);
  std::fwrite(&length, sizeof length, 1, file_);
  size_ += length;
}

}  // namespace dfs
