#include "benchmarks/load/setup.h"

#include <fmt/format.h>

namespace dfs::load {

using namespace nfs3;

namespace {

std::string mount_root(const Target& target) {
  RpcClient client(target.mount);
  Arena arena;
  const std::string args = wire::encode_to_string([&](wire::Writer& w) { w.text(Text::of(target.path)); });
  const std::string reply = client.call(mount::MOUNT_PROGRAM, mount::MOUNT_V3, mount::MOUNTPROC3_MNT, args);
  const auto res = decoded<mount::mountres3>(reply, arena);
  if (res.fhs_status != mount::MNT3_OK)
    throw std::runtime_error(
        fmt::format("cannot mount {}: status {}", target.path, static_cast<int>(res.fhs_status)));
  return res.mountinfo.fhandle.str();
}

void require(nfsstat3 status, const char* what) {
  if (status != NFS3_OK)
    throw std::runtime_error(fmt::format("{} failed with status {}", what, static_cast<int>(status)));
}

}  // namespace

Setup::Setup(const Target& target) : client_(target.nfs), root_(mount_root(target)) {}

std::optional<Setup::Handle> Setup::find(const Handle& parent, const std::string& name) {
  Arena arena;
  const auto res = call<LOOKUP3res>(NFSPROC3_LOOKUP, LOOKUP3args{{fh(parent), Text::of(name)}}, arena);
  if (res.status == NFS3ERR_NOENT) return std::nullopt;
  require(res.status, "LOOKUP");
  return res.resok.object.data.str();
}

Setup::Handle Setup::directory(const Handle& parent, const std::string& name) {
  if (const auto found = find(parent, name)) return *found;
  Arena arena;
  MKDIR3args args{};
  args.where = {fh(parent), Text::of(name)};
  args.attributes.mode.set_it = true;
  args.attributes.mode.mode = 0777;
  const auto res = call<MKDIR3res>(NFSPROC3_MKDIR, args, arena);
  require(res.status, "MKDIR");
  return find(parent, name).value();
}

Setup::Handle Setup::file(const Handle& parent, const std::string& name) {
  // Found without CREATE: one of an existing file may keep it open on the server, and thousands do add up.
  if (const auto found = find(parent, name)) return *found;
  Arena arena;
  CREATE3args args{};
  args.where = {fh(parent), Text::of(name)};
  args.how.mode = UNCHECKED;
  args.how.obj_attributes.mode.set_it = true;
  args.how.obj_attributes.mode.mode = 0666;
  const auto res = call<CREATE3res>(NFSPROC3_CREATE, args, arena);
  require(res.status, "CREATE");
  return res.resok.obj.handle_follows ? res.resok.obj.handle.data.str() : find(parent, name).value();
}

Setup::Handle Setup::filled_file(const Handle& parent, const std::string& name, u64 size) {
  const Handle h = file(parent, name);
  const std::string block(256 << 10, 'x');
  for (u64 offset = 0; offset < size; offset += block.size()) {
    Arena arena;
    const IoPiece piece{reinterpret_cast<const u8*>(block.data()), static_cast<u32>(block.size())};
    WRITE3args args{};
    args.file = fh(h);
    args.offset = offset;
    args.count = piece.size;
    args.stable = UNSTABLE;
    args.data = {&piece, 1, piece.size};
    const auto res = call<WRITE3res>(NFSPROC3_WRITE, args, arena);
    require(res.status, "WRITE");
  }
  return h;
}

}  // namespace dfs::load
