#include "protocols/server/fuzz/calls.h"

#include "engine/base/fuzz/target.h"
#include "engine/wire/codec.h"
#include "engine/wire/random_value.h"
#include "engine/wire/table_codec.h"
#include "engine/wire/walk.h"
#include "protocols/rpc/record_framing.h"
#include "protocols/server/fuzz/compounds.h"
#include "protocols/server/fuzz/schemas.h"

namespace dfs::fuzz {
namespace {

constexpr u32 kCall = 0, kRpcVersion = 2, kAuthNone = 0, kAuthSys = 1;

// What may stand for a type; `view`: the value is a variable-length field, and not the bytes themselves.
struct Choices {
  std::string_view type;
  const std::vector<std::string>& values;
  bool view;
};

}  // namespace

// Puts known handles and names where random bytes would never be any.
void plant(const wire::TypeDesc& type, void* value, const Known& known, Arena& arena, Sequence& random) {
  const Choices all[] = {{"nfs_fh3", known.handles, true},    {"nfs_fh4", known.handles, true},
                         {"filename3", known.names, true},    {"component4", known.names, true},
                         {"clientid4", known.clients, false}, {"sessionid4", known.sessions, false},
                         {"stateid4", known.stateids, false}};
  wire::walk(type, value, [&](const wire::WalkStep& step) {
    for (const Choices& c : all) {
      if (step.type.name != c.type) continue;
      if (c.values.empty() || random.below(8) == 0) return true;
      const std::string& chosen = c.values[random.below(static_cast<u32>(c.values.size()))];
      // Bytes and Text are the same pair in memory.
      const Bytes view = arena.copy(Bytes::of(chosen));
      if (c.view)
        std::memcpy(const_cast<void*>(step.value), &view, sizeof view);
      else
        std::memcpy(const_cast<void*>(step.value), chosen.data(), chosen.size());
      return false;
    }
    return true;
  });
}

namespace {

i64 unlikely_number(Sequence& random) {
  constexpr i64 kOdd[] = {0,     1,     2,          3,          255,        256,
                          65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000};
  return kOdd[random.below(std::size(kOdd))] + static_cast<i64>(random.below(3)) - 1;
}

}  // namespace

std::string call_message(const CallHeader& h, std::string_view arguments) {
  return wire::encode_to_string([&](wire::Writer& w) {
           for (u32 v : {h.xid, kCall, kRpcVersion, h.program, h.version, h.procedure}) w.u32(v);
           for (u32 v : {kAuthSys, 24u, 0u, 3u}) w.u32(v);  // stamp, then a machine name of three letters
           w.fixed(reinterpret_cast<const u8*>("fuz"), 3);
           for (u32 v : {h.uid, h.gid, 0u, kAuthNone, 0u}) w.u32(v);
         })
      .append(arguments);
}

std::optional<CallHeader> parse_call(std::string_view message, size_t* arguments) {
  Arena none(0);
  wire::Reader r(reinterpret_cast<const u8*>(message.data()), message.size(), none);
  CallHeader h;
  u32 type, version, flavor;
  Bytes body;
  if (!r.u32(h.xid) || !r.u32(type) || type != kCall || !r.u32(version) || version != kRpcVersion) return {};
  if (!r.u32(h.program) || !r.u32(h.version) || !r.u32(h.procedure)) return {};
  for (int i = 0; i < 2; ++i)
    if (!r.u32(flavor) || !r.opaque(body, 400)) return {};
  *arguments = r.offset();
  return h;
}

const wire::ProcDesc* find_procedure(u32 program, u32 version, u32 procedure) {
  for (const wire::Schema* schema : kSchemas)
    for (u32 i = 0; i < schema->proc_count; ++i) {
      const wire::ProcDesc& p = schema->procs[i];
      if (p.prog == program && p.vers == version && p.proc == procedure) return &p;
    }
  return nullptr;
}

std::vector<const wire::ProcDesc*> procedures(bool portmap) {
  std::vector<const wire::ProcDesc*> out;
  for (const wire::Schema* schema : kSchemas)
    for (u32 i = 0; i < schema->proc_count; ++i)
      if ((schema->procs[i].prog == portmap::PMAP_PROG) == portmap) out.push_back(&schema->procs[i]);
  return out;
}

std::string random_arguments(const wire::ProcDesc& procedure, const Known& known, u64 seed) {
  if (procedure.args == nullptr) return {};
  const wire::TypeDesc& type = *procedure.args;
  Sequence random(seed);
  if (&type == find_procedure(nfs4::NFS4_PROGRAM, nfs4::NFS_V4, nfs4::NFSPROC4_COMPOUND)->args)
    return random_compound(known, random);
  Arena arena;
  void* value = arena.alloc(type.size, type.align);
  if (!wire::RandomValues(seed).fill(type, value, arena)) return {};
  plant(type, value, known, arena, random);
  return wire::encode_to_string([&](wire::Writer& w) { wire::table_encode(type, w, value); });
}

std::string with_a_lie(const std::string& message, u64 seed) {
  size_t at;
  const auto header = parse_call(message, &at);
  const wire::ProcDesc* p =
      header ? find_procedure(header->program, header->version, header->procedure) : nullptr;
  if (p == nullptr || p->args == nullptr) return message;
  const std::string arguments = message.substr(at);
  Arena arena;
  wire::Reader r(reinterpret_cast<const u8*>(arguments.data()), arguments.size(), arena);
  void* value = arena.alloc(p->args->size, p->args->align);
  if (!wire::table_decode(*p->args, r, value)) return message;
  wire::FieldMap map;
  wire::encode_to_string([&](wire::Writer& w) { wire::table_encode(*p->args, w, value, &map); });
  Sequence random(seed);
  const auto& fields = map.fields();
  if (fields.empty()) return message;
  const auto& field = fields[random.below(static_cast<u32>(fields.size()))];
  const auto patched = wire::patched(arguments, map, field.path, unlikely_number(random));
  return patched ? message.substr(0, at) + *patched : message;
}

std::string as_record(std::string_view message, u32 fragments) {
  std::string out;
  for (u32 i = fragments; i > 0; --i) {
    const size_t n = message.size() / i;
    u8 mark[4];
    wire::store_u32(mark, static_cast<u32>(n) | (i == 1 ? rpc::kLastFragment : 0));
    out.append(reinterpret_cast<const char*>(mark), 4).append(message.substr(0, n));
    message.remove_prefix(n);
  }
  return out;
}

}  // namespace dfs::fuzz
