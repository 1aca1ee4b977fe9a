#pragma once

#include <memory>

#include "engine/net/listener.h"
#include "engine/trace/trace_file.h"
#include "protocols/mount/program.h"
#include "protocols/nfs3/program.h"
#include "protocols/nfs4/program.h"
#include "protocols/nfs4/state/snapshot.h"
#include "protocols/portmap/program.h"
#include "protocols/rpc/transports.h"
#include "protocols/server/dialer.h"
#include "protocols/server/fault_effects.h"
#include "protocols/server/local_client.h"
#include "protocols/server/volume.h"

namespace dfs::server {

struct Ports {
  u16 nfs = 0;      // MOUNT answers here too
  u16 portmap = 0;  // 0: not served
};

// What a test may put in the place of the usual parts.
struct Parts {
  Clock* clock = nullptr;  // not owned; default: a RealClock
  StoreFactory stores = open_configured_stores;
  bool listen = true;         // else there are no ports: who wants something calls connect_local()
  rpc::Hook* hook = nullptr;  // not owned; who is asked where hooks() says so
};

// A whole server, assembled from a Config. The only place that knows every part; it decides nothing about
// protocols.
class Server {
 public:
  explicit Server(Config config, Parts parts = {});
  ~Server();  // crash() unless it was stopped

  // Opens stores and ports. On an error everything is closed again.
  std::string start();
  // Stops accepting, lets the calls under way finish (shutdown_timeout seconds at most), makes the stores
  // durable. Says what went wrong, or nothing.
  std::string stop();
  // What a power cut leaves: connections gone, everything that is not durable forgotten.
  void crash();

  const Config& config() const { return config_; }
  Ports ports() const { return ports_; }
  bool running() const { return running_; }
  fault::Registry& faults() { return faults_; }
  rpc::Hooks& hooks() { return hooks_; }
  Trace& trace() { return trace_; }
  // Every event goes to the file from now on (an empty name: to none any more). Says what is wrong, or
  // nothing.
  std::string trace_to(const std::string& file);
  // So do packets, until stop() or crash().
  std::string capture_to(const std::string& file, bool append);
  // What has moved before the call is in the file after it. Any thread but a loop's.
  void flush_capture();
  void stop_capture();
  Clock& clock() { return *clock_; }
  const fs::ExportTable& exports() const { return exports_; }
  u64 seed() const { return random_.seed(); }
  // What fault rules have done to it: when they cut the power, whoever owns it calls crash(), and starts
  // another on the same stores where they want that.
  FaultEffects& effects() { return effects_; }
  // Connections open now.
  size_t connections() const { return admission_.size(); }
  // A client without a socket, of the programs on the NFS port. Any thread, while the server runs.
  std::shared_ptr<LocalClient> connect_local();
  // What it holds for NFSv4 clients, and what of that contradicts itself, a sentence each. Any thread;
  // nothing when it is not running.
  nfs4::Snapshot state();
  std::vector<std::string> check_state();
  // NFSv4's grace period ends now, if there is one. Any thread.
  void end_grace();

 private:
  // An export's stores, seen through the trace and the fault rules.
  struct LoopState {
    std::unique_ptr<Loop> loop;
    net::ConnectionSet connections;
    net::Connector connector;
  };
  struct Service;  // one port: its listener, its datagram socket, its programs

  std::string open_outputs();
  void close_outputs();
  void pass_loops();
  // Rules of the configuration: of a detail once there are programs that know it, others before anything happens.
  std::string arm_configured(bool detailed);
  std::string open_volumes();
  std::string open_key();
  std::string open_ports();
  void start_loops();
  std::string serve(Service& service, u16 port, u16* bound);
  std::string listen(Service& service, u16 port, u16* bound);
  void register_services();
  void accept(Service& service, Loop& loop, int fd, const Endpoint& peer);
  net::Connection& adopt(Service& service, Loop& loop, int fd, const Endpoint& peer,
                         UniqueFunction<void()> closed, bool ours);
  void close_ports();
  void stop_loops(Nanos drain);
  bool idle();
  bool calls_under_way();
  std::string close_volumes(bool crash);

  Config config_;
  Parts parts_;
  std::unique_ptr<RealClock> real_clock_;
  Clock* clock_;
  Random random_;
  Trace trace_;
  std::unique_ptr<TraceFile> trace_file_;
  Capture capture_;
  fault::Registry faults_;
  FaultEffects effects_{faults_, random_};
  rpc::Hooks hooks_;
  net::NetContext net_;
  net::ConnectionLimits limits_;

  rpc::Streams streams_;
  std::unique_ptr<CallbackDialer> dialer_;
  std::unique_ptr<Workers> workers_;
  std::vector<std::unique_ptr<LoopState>> loops_;
  std::vector<Volume> volumes_;
  fs::ExportTable exports_;
  std::unique_ptr<fs::HandleSealer> sealer_;
  std::unique_ptr<rpc::DuplicateRequestCache> drc_;
  std::unique_ptr<nfs3::Nfs3> nfs3_;
  std::unique_ptr<nfs4::Nfs4> nfs4_;
  std::unique_ptr<mount::Mount> mount_;
  std::unique_ptr<portmap::Portmap> portmap_;
  std::unique_ptr<Service> nfs_service_, portmap_service_;
  net::Admission admission_;
  std::mutex locals_mutex_;
  std::vector<std::weak_ptr<LocalClient>> locals_;  // changes under locals_mutex_
  Ports ports_;
  bool running_ = false;
};

}  // namespace dfs::server
