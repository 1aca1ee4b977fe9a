#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace dfs {

// A capture file as Wireshark and tcpdump read it (draft-ietf-opsawg-pcapng): a section with one interface of
// raw IP packets, times in nanoseconds.
class PcapngFile {
 public:
  // Begins a section: in a new file, or behind those of a file that is there (`append`). What a section's end
  // left unfinished there, since its program died, is cut off.
  static Result<PcapngFile, std::string> open(const std::string& path, bool append);
  PcapngFile(PcapngFile&& o) noexcept : file_(std::exchange(o.file_, nullptr)), size_(o.size_) {}
  PcapngFile& operator=(PcapngFile&& o) noexcept {
    std::swap(file_, o.file_);
    size_ = o.size_;
    return *this;
  }
  ~PcapngFile();

  enum class Direction : u32 { in = 1, out = 2 };  // of epb_flags
  // An IP packet; `comment` is shown with it.
  void packet(WallTime when, Direction direction, std::string_view bytes, std::string_view comment);
  // The section's last words: how many packets are in it, and how many are not.
  void statistics(WallTime when, u64 received, u64 dropped);
  void flush() { std::fflush(file_); }

  u64 size() const { return size_; }  // of the file, in bytes
  bool failed() const { return std::ferror(file_) != 0; }

 private:
  PcapngFile(std::FILE* file, u64 size) : file_(file), size_(size) {}
  void begin();
  void block(u32 type, std::string body);

  std::FILE* file_;
  u64 size_;
};

}  // namespace dfs
