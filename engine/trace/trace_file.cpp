#include "engine/trace/trace_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "engine/base/log.h"
#include "engine/trace/event_json.h"

namespace dfs {
namespace {

constexpr size_t kQueue = 16u << 20;  // bytes of events that may wait

size_t size_of(const TraceEvent& e) {
  size_t n = sizeof e;
  for (const auto& f : e.fields) {
    n += sizeof f;
    if (const auto* text = std::get_if<std::string>(&f.value)) n += text->size();
  }
  return n;
}

}  // namespace

Result<std::unique_ptr<TraceFile>, std::string> TraceFile::open(Trace& trace, const std::string& path,
                                                                u64 limit) {
  std::FILE* file = std::fopen(path.c_str(), "ae");
  if (file == nullptr)
    return failure(fmt::format("the trace cannot be written to {}: {}", path, strerror(errno)));
  struct stat s {};
  fstat(fileno(file), &s);
  return std::unique_ptr<TraceFile>(new TraceFile(trace, path, limit, file, static_cast<u64>(s.st_size)));
}

TraceFile::TraceFile(Trace& trace, std::string path, u64 limit, std::FILE* file, u64 size)
    : trace_(trace), path_(std::move(path)), limit_(limit), file_(file), size_(size), thread_(kQueue, [this] {
        if (const u64 lost = thread_.take_lost(); lost != 0) write(lost_to_json(lost));
        if (file_ != nullptr) std::fflush(file_);
      }) {
  trace_.add_sink(*this);
}

TraceFile::~TraceFile() {
  trace_.remove_sink(*this);
  thread_.wait_idle();
  if (file_ != nullptr) std::fclose(file_);
}

void TraceFile::on_event(const TraceEvent& e) {
  thread_.post(size_of(e), [this, e] { write(to_json(e)); });
}

void TraceFile::write(const std::string& line) {
  if (size_ != 0 && size_ + line.size() + 1 > limit_ / 2) rotate();
  if (file_ == nullptr) return;
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fputc('\n', file_);
  size_ += line.size() + 1;
}

void TraceFile::rotate() {
  if (file_ != nullptr) std::fclose(file_);
  const std::string old = path_ + ".1";
  if (std::rename(path_.c_str(), old.c_str()) != 0)
    log::warn("{} cannot become {}: {}", path_, old, strerror(errno));
  file_ = std::fopen(path_.c_str(), "we");
  if (file_ == nullptr) log::error("the trace ends: {}: {}", path_, strerror(errno));
  size_ = 0;
}

}  // namespace dfs
