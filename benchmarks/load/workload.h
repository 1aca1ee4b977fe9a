#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "benchmarks/load/rpc_client.h"

namespace dfs::load {

// What one connection's next request is. Requests are encoded beforehand; the generator only patches the xid,
// so that it costs less than any server it measures.
class Workload {
 public:
  virtual ~Workload() = default;
  // The bytes of the next request of slot `slot` of connection `connection`; valid until the next call.
  virtual std::string& next(u32 connection, u32 slot) = 0;
  // The reply to that slot's last request, record mark excluded. Returns how many operations it completes.
  virtual u32 completed(u32 connection, u32 slot, const u8* reply, u32 size);
  // Payload bytes of one operation, 0 for metadata.
  virtual u64 bytes() const { return 0; }
};

// Requests drawn at random from a prepared list.
class Requests {
 public:
  explicit Requests(std::vector<std::string> requests) : requests_(std::move(requests)) {}
  std::string& draw() { return requests_[requests_.size() == 1 ? 0 : random_() % requests_.size()]; }

 private:
  std::vector<std::string> requests_;
  std::minstd_rand random_{1};
};

struct Target {
  Endpoint nfs, mount;
  std::string path;
};

struct Spec {
  std::string
      protocol;  // nfs3 or nfs4: that is minor version 1, each request of a connection in a slot of its own
  std::string name;
  u32 connections = 1, depth = 1;
  std::string help;
};
// The named workloads with the connections and depth they are quoted at.
const std::vector<Spec>& specs();

// Prepares files on the server for a workload; throws std::runtime_error.
std::unique_ptr<Workload> make_workload(const Spec& spec, const Target& target);
std::unique_ptr<Workload> make_nfs3_workload(const std::string& kind, const Target& target, u32 connections,
                                             u32 depth);
std::unique_ptr<Workload> make_nfs4_workload(const std::string& kind, const Target& target, u32 connections,
                                             u32 depth);

}  // namespace dfs::load
