#include "engine/fs/handle.h"

namespace dfs::fs {
namespace {

// version, three zero bytes, export id, file id, generation, uuid, eight zero bytes, MAC over all before it.
// Integers are little-endian; nobody but us reads them.
constexpr u8 kVersion = 1;
constexpr u32 kExport = 4, kFile = 8, kGeneration = 16, kUuid = 24, kReserved = 40, kMac = 48;

template <class T>
void put(u8* p, T v) {
  std::memcpy(p, &v, sizeof v);
}
template <class T>
T get(const u8* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace

HandleBytes HandleSealer::seal(const HandleTarget& target) const {
  HandleBytes h{};
  h[0] = kVersion;
  put(h.data() + kExport, target.export_id);
  put(h.data() + kFile, target.node.id.value);
  put(h.data() + kGeneration, target.node.generation);
  std::memcpy(h.data() + kUuid, target.uuid.data(), target.uuid.size());
  const auto mac = siphash128(key_, h.data(), kMac);
  std::memcpy(h.data() + kMac, mac.data(), mac.size());
  return h;
}

HandleSealer::Verdict HandleSealer::open(Bytes handle, FunctionRef<bool(const FsUuid&)> known,
                                         HandleTarget& out) const {
  if (handle.size != kHandleSize) return Verdict::bad;
  const u8* p = handle.data;
  if (get<u32>(p) != kVersion || get<u64>(p + kReserved) != 0) return Verdict::bad;
  std::memcpy(out.uuid.data(), p + kUuid, out.uuid.size());
  const auto mac = siphash128(key_, p, kMac);
  if (std::memcmp(mac.data(), p + kMac, mac.size()) != 0)
    return known(out.uuid) ? Verdict::bad : Verdict::stale;
  out.export_id = get<u32>(p + kExport);
  out.node = {FileId{get<u64>(p + kFile)}, get<u64>(p + kGeneration)};
  return Verdict::ok;
}

}  // namespace dfs::fs
