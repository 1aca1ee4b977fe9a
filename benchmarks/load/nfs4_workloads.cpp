#include <fmt/format.h>

#include <random>

#include "benchmarks/load/session.h"

namespace dfs::load {

using namespace nfs4;

namespace {

constexpr u64 kFileSize = 64u << 20;

// What Linux asks for when it revalidates a file.
constexpr u32 kAttributes[] = {
    1u << FATTR4_TYPE | 1u << FATTR4_CHANGE | 1u << FATTR4_SIZE | 1u << FATTR4_FSID | 1u << FATTR4_FILEID,
    1u << (FATTR4_MODE - 32) | 1u << (FATTR4_NUMLINKS - 32) | 1u << (FATTR4_OWNER - 32) |
        1u << (FATTR4_OWNER_GROUP - 32) | 1u << (FATTR4_SPACE_USED - 32) | 1u << (FATTR4_TIME_ACCESS - 32) |
        1u << (FATTR4_TIME_METADATA - 32) | 1u << (FATTR4_TIME_MODIFY - 32) |
        1u << (FATTR4_MOUNTED_ON_FILEID - 32)};

// A session a connection; each request of a connection runs in a slot of its own.
class Slotted : public Workload {
 public:
  Slotted(std::unique_ptr<Session> session, u32 connections, u32 depth)
      : session_(std::move(session)), depth_(depth) {
    for (u32 i = 0; i < connections; ++i) sessions_.push_back(session_->create(depth));
    sequences_.resize(size_t{connections} * depth);
  }

 protected:
  size_t index(u32 connection, u32 slot) const { return size_t{connection} * depth_ + slot; }
  std::string& stamped(std::string& request, u32 connection, u32 slot) {
    stamp(request, sessions_[connection], ++sequences_[index(connection, slot)], slot, depth_);
    return request;
  }
  Session& session() { return *session_; }

 private:
  std::unique_ptr<Session> session_;  // keeps the client and its opens alive
  const u32 depth_;
  std::vector<sessionid4> sessions_;
  std::vector<u32> sequences_;
};

// One request, or one of many, over and over.
class Drawn final : public Slotted {
 public:
  Drawn(std::unique_ptr<Session> session, u32 connections, u32 depth, std::vector<std::string> requests,
        u64 bytes)
      : Slotted(std::move(session), connections, depth), requests_(std::move(requests)), bytes_(bytes) {}
  std::string& next(u32 connection, u32 slot) override { return stamped(requests_.draw(), connection, slot); }
  u64 bytes() const override { return bytes_; }

 private:
  Requests requests_;
  u64 bytes_;
};

// Every slot opens a file of its own and closes it; with `create` the file is made and removed as well.
class OpenClose final : public Slotted {
 public:
  OpenClose(std::unique_ptr<Session> s, const Session::Handle& dir, u32 connections, u32 depth, bool create)
      : Slotted(std::move(s), connections, depth), create_(create) {
    const PUTFH4args in = Session::fh(dir);
    for (u32 i = 0; i < connections * depth; ++i) {
      const std::string name = fmt::format("{}-{}", create ? "made" : "opened", i),
                        owner = fmt::format("slot {}", i);
      session().remove(dir, name);
      // CLOSE is stamped with the stateid of its OPEN; its filehandle is any of the directory's until then.
      const auto file = session().open(dir, name, "first");
      if (create) session().remove(dir, name);
      const OPEN4args open = session().open_args(name, owner, create);
      const REMOVE4args remove{Text::of(name)};
      states_.push_back({sequenced({op(OP_PUTFH, in), op(OP_OPEN, open), op(OP_GETFH)}),
                         file.handle,
                         {},
                         sequenced({op(OP_PUTFH, in), op(OP_REMOVE, remove)}),
                         Step::open});
    }
  }
  std::string& next(u32 connection, u32 slot) override {
    State& s = states_[index(connection, slot)];
    return stamped(s.step == Step::open    ? s.open
                   : s.step == Step::close ? s.close
                                           : s.remove,
                   connection, slot);
  }
  u32 completed(u32 connection, u32 slot, const u8* reply, u32 size) override {
    State& s = states_[index(connection, slot)];
    switch (s.step) {
      case Step::open:
        take(s, reply, size);
        s.step = Step::close;
        return 0;
      case Step::close:
        s.step = create_ ? Step::remove : Step::open;
        return create_ ? 0 : 1;
      case Step::remove:
        s.step = Step::open;
        return 1;
    }
    return 0;
  }

 private:
  enum class Step : u8 { open, close, remove };
  struct State {
    std::string open;
    Session::Handle handle;
    std::string close, remove;
    Step step;
  };
  void take(State& s, const u8* reply, u32 size) {
    arena_.reset();
    wire::Reader r(reply + 24, size - 24, arena_);
    COMPOUND4res res{};
    if (!decode(r, res) || res.resarray.size != 4 || res.resarray[2].resop != OP_OPEN)
      throw std::runtime_error("OPEN was answered with something else");
    const PUTFH4args in = {res.resarray[3].opgetfh->resok4.object};
    const CLOSE4args close{0, res.resarray[2].opopen->resok4.stateid};
    s.close = sequenced({op(OP_PUTFH, in), op(OP_CLOSE, close)});
  }

  const bool create_;
  std::vector<State> states_;
  Arena arena_;
};

std::unique_ptr<Workload> io(std::unique_ptr<Session> session, const Session::Handle& dir, u32 connections,
                             u32 depth, bool write, u32 size) {
  const auto file = session->open(dir, "data", "data");
  session->fill(file, kFileSize);
  const PUTFH4args in = Session::fh(file.handle);
  std::mt19937_64 random(7);
  std::vector<std::string> requests;
  const std::string block(size, 'y');
  const IoPiece piece{reinterpret_cast<const u8*>(block.data()), size};
  const u32 count = std::min<u32>(1024, static_cast<u32>(kFileSize / size));
  for (u32 i = 0; i < count; ++i) {
    const u64 offset = size <= 4096 ? random() % (kFileSize / size) * size : u64{i} * size;
    const WRITE4args to{file.stateid, offset, UNSTABLE4, {&piece, 1, size}};
    const READ4args from{file.stateid, offset, size};
    requests.push_back(sequenced({op(OP_PUTFH, in), write ? op(OP_WRITE, to) : op(OP_READ, from)}));
  }
  return std::make_unique<Drawn>(std::move(session), connections, depth, std::move(requests), size);
}

}  // namespace

std::unique_ptr<Workload> make_nfs4_workload(const std::string& kind, const Target& target, u32 connections,
                                             u32 depth) {
  auto session = std::make_unique<Session>(target);
  const auto dir = session->directory(session->root(), "dfs-bench");
  if (kind == "getattr") {
    const auto file = session->open(dir, "one", "one");
    const PUTFH4args in = Session::fh(file.handle);
    const GETATTR4args args{{kAttributes, 2}};
    std::vector<std::string> request{sequenced({op(OP_PUTFH, in), op(OP_GETATTR, args)})};
    return std::make_unique<Drawn>(std::move(session), connections, depth, std::move(request), 0);
  }
  if (kind == "open_close")
    return std::make_unique<OpenClose>(std::move(session), dir, connections, depth, false);
  if (kind == "create_close_remove")
    return std::make_unique<OpenClose>(std::move(session), dir, connections, depth, true);
  for (const auto& [name, size] : {std::pair{"4k", 4096u}, {"1m", 1u << 20}}) {
    if (kind == std::string("read") + name)
      return io(std::move(session), dir, connections, depth, false, size);
    if (kind == std::string("write") + name)
      return io(std::move(session), dir, connections, depth, true, size);
  }
  throw std::runtime_error(fmt::format("there is no workload {}", kind));
}

}  // namespace dfs::load
