#include "benchmarks/load/workload.h"

namespace dfs::load {

u32 Workload::completed(u32, u32, const u8*, u32) { return 1; }

const std::vector<Spec>& specs() {
  static const std::vector<Spec> all = {
      {"nfs3", "null", 1, 1, "NULL"},
      {"nfs3", "getattr", 1, 1, "GETATTR of one file"},
      {"nfs3", "getattr", 1, 16, "GETATTR of one file"},
      {"nfs3", "getattr", 8, 4, "GETATTR of one file"},
      {"nfs3", "lookup", 1, 16, "LOOKUP of random names in a directory of 10,000"},
      {"nfs3", "create_remove", 1, 8, "CREATE and REMOVE, counted as pairs"},
      {"nfs3", "readdirplus", 1, 1, "READDIRPLUS of 10,000 entries in 64 KiB pages, counted as entries"},
      {"nfs3", "read4k", 1, 16, "READ of 4 KiB at random places of 64 MiB"},
      {"nfs3", "write4k", 1, 16, "unstable WRITE of 4 KiB at random places of 64 MiB"},
      {"nfs3", "read64k", 1, 4, "READ of 64 KiB"},
      {"nfs3", "write64k", 1, 4, "unstable WRITE of 64 KiB"},
      {"nfs3", "read1m", 1, 4, "READ of 1 MiB"},
      {"nfs3", "write1m", 1, 4, "unstable WRITE of 1 MiB"},
      {"nfs4", "getattr", 1, 16, "SEQUENCE, PUTFH, GETATTR of one file"},
      {"nfs4", "open_close", 1, 8, "OPEN and CLOSE, counted as pairs"},
      {"nfs4", "create_close_remove", 1, 8, "OPEN that makes a file, CLOSE and REMOVE, counted as triples"},
      {"nfs4", "read4k", 1, 16, "READ of 4 KiB at random places of 64 MiB"},
      {"nfs4", "write4k", 1, 16, "unstable WRITE of 4 KiB at random places of 64 MiB"},
      {"nfs4", "read1m", 1, 4, "READ of 1 MiB"},
      {"nfs4", "write1m", 1, 4, "unstable WRITE of 1 MiB"},
  };
  return all;
}

std::unique_ptr<Workload> make_workload(const Spec& s, const Target& target) {
  return (s.protocol == "nfs4" ? make_nfs4_workload : make_nfs3_workload)(s.name, target, s.connections,
                                                                          s.depth);
}

}  // namespace dfs::load
