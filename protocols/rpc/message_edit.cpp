#include "protocols/rpc/message_edit.h"

#include <algorithm>

#include "engine/wire/table_codec.h"
#include "protocols/rpc/program.h"
#include "protocols/rpc/rpc.h"

namespace dfs::rpc {
namespace {

using fault::ActionKind;
using Field = wire::FieldMap::Field;

// `*` stands for any characters.
bool matches(std::string_view text, std::string_view pattern) {
  const size_t star = pattern.find('*');
  if (star == std::string_view::npos) return text == pattern;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (size_t at = star; at <= text.size(); ++at)
    if (matches(text.substr(at), rest)) return true;
  return false;
}

std::string big_endian(u64 value, size_t width) {
  std::string out(width, '\0');
  for (size_t i = 0; i < width; ++i) out[width - 1 - i] = static_cast<char>(value >> (8 * i));
  return out;
}

}  // namespace

const wire::ProcDesc* Program::described(u32 procedure) const {
  if (schema == nullptr) return nullptr;
  for (u32 i = 0; i < schema->proc_count; ++i) {
    const wire::ProcDesc& p = schema->procs[i];
    if (p.prog == number && p.vers == version && p.proc == procedure) return &p;
  }
  return nullptr;
}

MessageFields MessageFields::of_call(std::string message, std::span<const Program> programs) {
  MessageFields out(std::move(message));
  Arena arena;
  void* value = nullptr;
  const u32 end = out.add(rpc_msg_desc, 0, &value, arena);
  if (end == 0) return out;
  const auto& header = *static_cast<const rpc_msg*>(value);
  if (header.body.mtype != CALL) return out;
  const call_body& call = header.body.cbody;
  for (const Program& p : programs) {
    if (p.number != call.prog || p.version != call.vers) continue;
    const wire::ProcDesc* described = p.described(call.proc);
    if (described != nullptr && described->args != nullptr) out.add(*described->args, end, &value, arena);
  }
  return out;
}

MessageFields MessageFields::of_reply(std::string message, const wire::TypeDesc* result) {
  MessageFields out(std::move(message));
  Arena arena;
  void* value = nullptr;
  const u32 end = out.add(rpc_msg_desc, 0, &value, arena);
  if (end != 0 && result != nullptr) out.add(*result, end, &value, arena);
  return out;
}

MessageFields MessageFields::of_value(std::string bytes, const wire::TypeDesc& type) {
  MessageFields out(std::move(bytes));
  Arena arena;
  void* value = nullptr;
  out.add(type, 0, &value, arena);
  return out;
}

fault::Detail fault_detail(const char* name, const wire::TypeDesc* result) {
  if (result == nullptr) return {name, 0, {}};
  const auto is = [result](std::string_view bytes) {
    Arena arena;
    wire::Reader r(reinterpret_cast<const u8*>(bytes.data()), bytes.size(), arena);
    void* value = arena.alloc(result->size, result->align);
    return value != nullptr && wire::table_decode(*result, r, value) && r.finish();
  };
  return {name, 0, {{result->name, is}}};
}

u32 MessageFields::add(const wire::TypeDesc& type, u32 start, void** value, Arena& arena) {
  if (start >= message_.size()) return 0;
  wire::Reader r(reinterpret_cast<const u8*>(message_.data()) + start, message_.size() - start, arena);
  *value = arena.alloc(type.size, type.align);
  if (*value == nullptr || !wire::table_decode(type, r, *value)) return 0;
  SliceList encoded;
  BlockCursor cursor;
  wire::Writer w(encoded, cursor);
  wire::FieldMap fields;
  wire::table_encode(type, w, *value, &fields);
  w.finish();
  const auto end = start + static_cast<u32>(r.offset());
  if (flatten(encoded) != std::string_view(message_).substr(start, end - start)) return 0;
  for (const Field& f : fields.fields())
    if (!f.path.empty()) map_.add(f.path, {f.range.begin + start, f.range.end + start});
  return end;
}

std::vector<Field> MessageFields::matching(std::string_view pattern) const {
  const bool any = pattern.find('*') != std::string_view::npos;
  std::vector<Field> out;
  size_t covered = 0;  // parts come before the whole: what begins before this has parts of its own
  for (const Field& f : map_.fields()) {
    const bool leaf = f.range.begin >= covered && f.range.end > f.range.begin;
    covered = std::max<size_t>(covered, f.range.end);
    if ((leaf || !any) && matches(f.path, pattern)) out.push_back(f);
  }
  return out;
}

bool MessageFields::has(const fault::Action& change) const {
  if (change.kind != ActionKind::set && change.kind != ActionKind::patch) return !message_.empty();
  const auto found = matching(change.edit->path);
  if (!std::holds_alternative<i64>(change.edit->value)) return !found.empty();
  return std::any_of(found.begin(), found.end(), [](const Field& f) {
    const auto width = f.range.end - f.range.begin;
    return width == 4 || width == 8;
  });
}

std::string MessageFields::edited(const fault::Action& change, Random& random) const {
  std::string out = message_;
  switch (change.kind) {
    case ActionKind::set:
    case ActionKind::patch: {
      auto found = matching(change.edit->path);
      // From the end, so that what stands before a field stays where it is.
      std::sort(found.begin(), found.end(),
                [](const Field& a, const Field& b) { return a.range.begin > b.range.begin; });
      for (const Field& f : found) {
        if (const auto* number = std::get_if<i64>(&change.edit->value)) {
          const size_t width = f.range.end - f.range.begin;
          if (width == 4 || width == 8)
            out.replace(f.range.begin, width, big_endian(static_cast<u64>(*number), width));
        } else if (change.kind == ActionKind::set) {
          set(out, f, *change.edit);
        } else {
          out.replace(f.range.begin, f.range.end - f.range.begin, std::get<std::string>(change.edit->value));
        }
      }
      break;
    }
    case ActionKind::flip:
      for (i64 i = 0; i < change.number; ++i) {
        const u64 bit = random.below(out.size() * 8);
        out[bit / 8] = static_cast<char>(out[bit / 8] ^ (1 << (bit % 8)));
      }
      break;
    case ActionKind::garble: {
      const auto fields = matching("*");
      if (fields.empty()) break;
      const wire::ByteRange& at = fields[change.turn % fields.size()].range;
      random.fill(out.data() + at.begin, at.end - at.begin);
      break;
    }
    case ActionKind::truncate:
      out.resize(out.size() - std::min<size_t>(out.size(), static_cast<size_t>(change.number)));
      break;
    case ActionKind::pad:
      out.append(static_cast<size_t>(change.number), '\0');
      break;
    default:
      break;
  }
  return out;
}

// Opaque data and text get their length and padding, what has a fixed size keeps it.
void MessageFields::set(std::string& message, const Field& field, const fault::Edit& edit) const {
  std::string bytes = std::get<std::string>(edit.value);
  const wire::ByteRange* length = map_.find("len(" + field.path + ")");
  if (length == nullptr) {
    bytes.resize(field.range.end - field.range.begin, '\0');
    message.replace(field.range.begin, bytes.size(), bytes);
    return;
  }
  const wire::ByteRange* padding = map_.find("pad(" + field.path + ")");
  const size_t end = padding != nullptr ? padding->end : field.range.end;
  std::string whole = big_endian(bytes.size(), 4) + bytes;
  whole.append((4 - bytes.size() % 4) % 4, '\0');
  message.replace(length->begin, end - length->begin, whole);
}

}  // namespace dfs::rpc
