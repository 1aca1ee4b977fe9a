#pragma once

#include <cstdio>

#include "engine/base/result.h"
#include "engine/base/trace.h"
#include "engine/trace/writer_thread.h"

namespace dfs {

// Writes a trace's events to a file, a line of JSON each, on a thread of its own. With half of `limit` bytes
// written the file becomes FILE.1, in the place of the one before, and another is begun: both together are
// never larger. Listens from its making to its end.
class TraceFile final : public TraceSink {
 public:
  static Result<std::unique_ptr<TraceFile>, std::string> open(Trace& trace, const std::string& path,
                                                              u64 limit);
  ~TraceFile() override;  // everything heard is in the file then

  void on_event(const TraceEvent& e) override;

 private:
  TraceFile(Trace& trace, std::string path, u64 limit, std::FILE* file, u64 size);
  void write(const std::string& line);
  void rotate();

  Trace& trace_;
  const std::string path_;
  const u64 limit_;
  std::FILE* file_;  // of the thread, as is the next
  u64 size_;
  WriterThread thread_;
};

}  // namespace dfs
