#pragma once

#include <sys/types.h>

#include "benchmarks/load/responder.h"
#include "benchmarks/load/workload.h"

namespace dfs::load {

struct Measurement {
  u64 operations = 0, bytes = 0;
  double seconds = 0;
  double server_cpu_us = 0;  // per operation; 0 when no process was named
  double client_cpu_us = 0;
  double p50_us = 0, p99_us = 0;
  double replies_per_read = 0;  // near 1: the closed loop fell into batches of one

  double rate() const { return seconds > 0 ? static_cast<double>(operations) / seconds : 0; }
};

// Drives a workload: `connections` sockets, `depth` requests under way on each, for about `seconds`.
// server: its process, whose CPU time is read before and after; 0: unknown.
Measurement run(Workload& workload, const Endpoint& server_address, u32 connections, u32 depth,
                double seconds, pid_t server);

// Answers for every procedure the workload calls, from the real server; the workload is then used up.
CannedReplies collect_replies(Workload& workload, const Endpoint& server);

}  // namespace dfs::load
