#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "protocols/server/config.h"

namespace dfs::server {
namespace {

// The one list of knobs: name, where it is kept, its range, what it does.
template <class V>
void visit(V&& v, Config& c) {
  v.text("listen.address", c.address, "Address to listen on. 0.0.0.0 or :: serves other machines too.");
  v.integer("listen.nfs_port", c.nfs_port, 0, 65535,
            "TCP and UDP port of NFS and MOUNT. 0 takes a free one.");
  v.flag("listen.portmap", c.portmap, "Serve portmap and rpcbind.");
  v.integer("listen.portmap_port", c.portmap_port, 0, 65535,
            "Port of portmap and rpcbind. 0 takes a free one.");
  v.flag("listen.udp", c.udp, "Serve portmap, MOUNT and NFS over UDP as well.");

  v.integer("server.loops", c.loops, 0, 64, "Event loop threads. 0: one a core. 1 makes runs repeatable.");
  v.integer("server.workers", c.workers, 1, 256, "Threads for blocking store calls.");
  v.number("server.shutdown_timeout", c.shutdown_timeout, 0, 3600,
           "Seconds a stopping server waits for its last replies.");
  v.integer("server.seed", c.seed, 0, INT64_MAX, "Seed of all randomness. 0: from the operating system.");

  v.integer("limits.max_connections", c.max_connections, 1, 1'000'000,
            "Open connections; further ones are closed at once.");
  v.integer("limits.max_connections_per_address", c.max_connections_per_address, 0, 1'000'000,
            "The same for each client address. 0: only the total counts.");
  v.integer("limits.max_in_flight", c.max_in_flight, 1, 65536,
            "Unanswered requests of one connection before the server takes no more from it; over UDP, of all "
            "peers together.");
  v.integer(
      "limits.max_connection_bytes", c.max_connection_bytes, 65536, i64{1} << 32,
      "Bytes of one connection's unanswered requests and of replies its client has not taken, before the "
      "server takes no more requests from it.");
  v.integer("limits.max_total_bytes", c.max_total_bytes, 1 << 20, i64{1} << 40,
            "The same of all connections together; above it each may have 64 KiB.");
  v.integer("limits.max_unfinished_bytes", c.max_unfinished_bytes, 1 << 20, i64{1} << 40,
            "Bytes of requests of which a part has arrived, of all connections together; above it those that "
            "rest are given up. Each loop has an equal share.");
  v.integer("limits.turn_requests", c.turn_requests, 1, 65536,
            "Requests of one connection that are carried out before the others of its loop have their turn.");
  v.integer("limits.turn_bytes", c.turn_bytes, 4096, 1 << 30, "The same in bytes received and answered.");
  v.integer("limits.io_size", c.io_size, 4096, 16 << 20, "Largest READ and WRITE (rtmax, wtmax), in bytes.");
  v.number("limits.idle_timeout", c.idle_timeout, 0, 1e6,
           "Seconds after which a silent connection is closed. 0: never.");
  v.number("limits.stall_timeout", c.stall_timeout, 1, 1e6,
           "Seconds after which a connection is closed that took less than 64 KiB of its waiting replies, or "
           "brought "
           "less than 64 KiB of a request it began, and not the end either.");

  v.integer("drc.entries", c.drc_entries, 64, 10'000'000,
            "Replies of non-idempotent calls remembered for retransmissions.");
  v.integer("drc.bytes", c.drc_bytes, 65536, i64{1} << 34, "Bytes of remembered replies.");
  v.number("drc.lifetime", c.drc_lifetime, 1, 1e6, "Seconds a reply is remembered.");

  v.integer("nfs4.lease_time", c.lease_time, 1, 3600,
            "Seconds after which the state of a client that is not heard of is no longer safe.");
  v.integer(
      "nfs4.grace_time", c.grace_time, 0, 3600,
      "Seconds after a start in which clients of before may reclaim their state, and nobody gets any that "
      "could conflict; less when all have. Never shorter than the lease they had, which 0 stands for.");
  v.integer("nfs4.courtesy_time", c.courtesy_time, 0, 1'000'000,
            "Seconds after the end of its lease in which a client that comes back finds its state, if nobody "
            "wanted what conflicts with it. 0: none.");
  v.integer("nfs4.courtesy_clients", c.courtesy_clients, 0, 100'000,
            "So many clients enjoy that at a time; the one whose lease ended first goes for the next.");
  v.integer(
      "nfs4.max_operations", c.max_operations, 8, 4096,
      "Operations of one COMPOUND: more are RESOURCE in 4.0; a session of 4.1 or 4.2 may have so many.");
  v.flag("nfs4.delegations", c.delegations, "Give delegations of files to clients that can be called back.");
  v.integer("nfs4.max_delegations", c.max_delegations, 0, i64{1} << 30,
            "Delegations of all clients together.");
  v.integer("nfs4.max_read_delegations", c.max_read_delegations, 0, i64{1} << 30,
            "Of these, read delegations of files.");
  v.integer("nfs4.max_write_delegations", c.max_write_delegations, 0, i64{1} << 30,
            "Write delegations of files.");
  v.integer("nfs4.max_dir_delegations", c.max_dir_delegations, 0, i64{1} << 30,
            "Delegations of directories. 0: there are none.");
  v.number("nfs4.dir_notify_delay", c.dir_notify_delay, 0, 3600,
           "Seconds a change of a directory waits for others, for CB_NOTIFY to tell them together.");
  v.integer("nfs4.dir_notify_batch", c.dir_notify_batch, 1, 10'000,
            "Changes of a directory that are told at once, and in one CB_NOTIFY at the most.");
  v.integer("nfs4.dir_notify_backlog", c.dir_notify_backlog, 1, 1'000'000,
            "Changes that wait to be told to one client before its delegation is recalled instead.");
  v.integer(
      "nfs4.dir_notify_entries", c.dir_notify_entries, 0, 10'000'000,
      "Entries of a directory of whose entries clients are told; of a larger one the delegation is recalled "
      "with every change of them.");
  v.integer(
      "nfs4.max_wants", c.max_wants, 0, 1 << 20,
      "Delegations that clients are promised, when they can be given or when there is room, of all clients "
      "together. 0: none is promised.");
  v.number(
      "nfs4.recall_wait", c.recall_wait, 0, 60,
      "Seconds a request waits for a delegation in its way to be given back, before it is told to come again "
      "(DELAY, JUKEBOX).");
  v.integer(
      "nfs4.async_copy", c.async_copy, 0, i64{1} << 40,
      "A COPY of more bytes than this is answered at once and goes on by itself, when the client lets it.");
  v.number("nfs4.callback_timeout", c.callback_timeout, 0.001, 3600,
           "Seconds a client has to answer a callback, and a connection to one of 4.0 has to come about.");
  v.text("nfs4.domain", c.domain, "Domain of owners and groups that clients send as name@domain.");
  v.text("nfs4.users", c.users,
         "Names that clients may send for users beside their numbers: name=uid name=uid.");
  v.text("nfs4.groups", c.groups, "The same of groups.");

  v.choice("store.kind", c.store, {"lmdb", "memory"},
           "lmdb: durable, LMDB for names and files for data. memory: gone when the server ends.");
  v.text("store.data_dir", c.data_dir, "Folder of the durable store.");
  v.integer("store.memory_capacity", c.memory_capacity, 1 << 20, i64{1} << 50,
            "Bytes of file data the memory store takes before it answers that it is full.");
  v.number("store.seal_after", c.seal_after, 0.001, 1e6,
           "Seconds a file rests before its data moves to chunk files, which have checksums and are shared.");
  v.flag("store.verify", c.verify,
         "Read the whole database of names at the start, and refuse it when it is damaged.");
  v.text("store.root_mode", c.root_mode, "Permission bits of a new export's root directory, in octal.");
  v.flag("store.atime", c.atime, "Reads update access times, as relatime does.");

  v.choice("log.level", c.log_level, {"trace", "debug", "info", "warn", "error", "off"},
           "Least important line that is logged.");
  v.text("log.file", c.log_file, "Log file. Empty: standard error.");
  v.text("log.trace_file", c.trace_file,
         "File that every event of the trace is added to, a line of JSON each. Empty: none.");
  v.integer("log.trace_limit", c.trace_limit, 1 << 16, i64{1} << 40,
            "Bytes of that file and the older one (.1) together.");
  v.text("log.pcap_file", c.pcap_file,
         "File that everything the server receives and sends is added to, as packets for Wireshark (pcapng). "
         "Empty: none.");
  v.integer("log.pcap_limit", c.pcap_limit, 1 << 16, i64{1} << 40,
            "Bytes of that file, at which the capture ends.");
  v.flag("trace.enabled", c.trace, "Keep the ring of trace events from the start.");

  v.text("admin.socket", c.admin_socket,
         "Unix socket that `dfs` answers on while it runs (docs/admin.md). auto: admin.sock in "
         "store.data_dir, of a "
         "server in memory $XDG_RUNTIME_DIR/dittofs/PORT.sock. off: none.");
  v.integer("admin.port", c.admin_port, 0, 65535, "TCP port of the same on 127.0.0.1. 0: none.");
}

std::string shown(double v) { return fmt::format("{:g}", v); }

struct Describe {
  std::vector<Setting> out;
  const Config& defaults;
  template <class T, class F>
  void add(const char* path, const char* type, const T& value, F&& show, Setting extra, const char* help) {
    extra.path = path;
    extra.type = type;
    extra.value = show(value);
    extra.help = help;
    out.push_back(std::move(extra));
  }
  void integer(const char* p, i64& v, i64 low, i64 high, const char* help) {
    add(
        p, "integer", v, [](i64 x) { return std::to_string(x); },
        {.minimum = std::to_string(low), .maximum = std::to_string(high)}, help);
  }
  void number(const char* p, double& v, double low, double high, const char* help) {
    add(p, "number", v, shown, {.minimum = shown(low), .maximum = shown(high)}, help);
  }
  void flag(const char* p, bool& v, const char* help) {
    add(
        p, "boolean", v, [](bool x) { return std::string(x ? "true" : "false"); }, {}, help);
  }
  void text(const char* p, std::string& v, const char* help) {
    add(
        p, "string", v, [](const std::string& x) { return x; }, {}, help);
  }
  void choice(const char* p, std::string& v, std::vector<std::string> choices, const char* help) {
    add(
        p, "choice", v, [](const std::string& x) { return x; }, {.choices = std::move(choices)}, help);
  }
};

struct Assign {
  const std::string& path;
  const std::string& value;
  bool found = false;
  std::string error;

  bool mine(const char* p) {
    if (path != p) return false;
    found = true;
    return true;
  }
  template <class T>
  bool parse(T& out) {
    auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), out);
    return !value.empty() && code == std::errc() && end == value.data() + value.size();
  }
  void integer(const char* p, i64& v, i64 low, i64 high, const char*) {
    if (!mine(p)) return;
    i64 n;
    if (!parse(n) || n < low || n > high)
      error = fmt::format("{}: \"{}\" is not a whole number from {} to {}", path, value, low, high);
    else
      v = n;
  }
  void number(const char* p, double& v, double low, double high, const char*) {
    if (!mine(p)) return;
    double n;
    if (!parse(n) || !(n >= low && n <= high))
      error = fmt::format("{}: \"{}\" is not a number from {} to {}", path, value, shown(low), shown(high));
    else
      v = n;
  }
  void flag(const char* p, bool& v, const char*) {
    if (!mine(p)) return;
    if (value != "true" && value != "false")
      error = fmt::format("{}: \"{}\" is neither true nor false", path, value);
    else
      v = value == "true";
  }
  void text(const char* p, std::string& v, const char*) {
    if (mine(p)) v = value;
  }
  void choice(const char* p, std::string& v, const std::vector<std::string>& choices, const char*) {
    if (!mine(p)) return;
    if (std::find(choices.begin(), choices.end(), value) == choices.end())
      error = fmt::format("{}: \"{}\" is not one of {}", path, value, fmt::join(choices, ", "));
    else
      v = value;
  }
};

}  // namespace

std::vector<Setting> settings(const Config& config) {
  Config copy = config, defaults;
  Describe now{{}, defaults}, then{{}, defaults};
  visit(now, copy);
  visit(then, defaults);
  for (size_t i = 0; i < now.out.size(); ++i) now.out[i].fallback = then.out[i].value;
  return now.out;
}

std::string set(Config& config, const std::string& path, const std::string& value) {
  Assign a{path, value, false, {}};
  visit(a, config);
  if (a.found) return a.error;
  return fmt::format("there is no setting {}; `dfs config schema` lists them", path);
}

}  // namespace dfs::server
