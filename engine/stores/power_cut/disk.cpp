#include "engine/stores/power_cut/disk.h"

#include <filesystem>
#include <fstream>

#include "engine/base/check.h"

namespace dfs::power_cut {

constexpr u64 kSector = 512;  // bytes that a disk writes whole or not at all

Disk::Disk() { objects_[kTopFolder].folder = true; }

void Disk::apply(std::string& bytes, const Op& op) {
  if (op.kind == Op::resize) {
    bytes.resize(op.offset);
    return;
  }
  u64 end = op.offset + (op.kind == Op::write ? op.bytes.size() : op.length);
  if (op.kind == Op::write) {
    if (bytes.size() < end) bytes.resize(end);
    bytes.replace(op.offset, op.bytes.size(), op.bytes);
  } else if (op.offset < bytes.size()) {
    end = std::min<u64>(end, bytes.size());
    std::fill(bytes.begin() + static_cast<i64>(op.offset), bytes.begin() + static_cast<i64>(end), '\0');
  }
}

void Disk::apply(Names& names, const std::vector<Entry>& entries) {
  for (const Entry& e : entries) {
    if (e.file == 0)
      names.erase(e.name);
    else
      names[e.name] = e.file;
  }
}

void Disk::settle(Object& object) {
  for (const Op& op : object.changes) apply(object.bytes, op);
  for (const auto& entries : object.renamings) apply(object.names, entries);
  object.changes.clear();
  object.renamings.clear();
}

void Disk::take(const Op& op) {
  switch (op.kind) {
    case Op::make_file:
    case Op::make_folder:
      objects_[op.file].folder = op.kind == Op::make_folder;
      objects_[op.folder].renamings.push_back({{op.name, op.file}});
      return;
    case Op::rename:
      objects_[op.folder].renamings.push_back({{op.name, 0}, {op.to, op.file}});
      return;
    case Op::unlink:
      objects_[op.folder].renamings.push_back({{op.name, 0}});
      return;
    case Op::write:
      if (op.through) {
        // These bytes are durable now; what was written before and not synced still is not.
        apply(objects_[op.file].bytes, op);
        return;
      }
      [[fallthrough]];
    case Op::resize:
    case Op::punch:
      objects_[op.file].changes.push_back(op);
      return;
    case Op::sync:
      settle(objects_[op.file]);
      return;
    case Op::sync_all:
      for (auto& [number, object] : objects_) settle(object);
      return;
    case Op::mark:
      return;
  }
}

// Any sectors of what was written; where the file grew over sectors that were not, whatever was there before.
std::string Disk::torn(const Object& object, Random& random) {
  std::string bytes = object.bytes;
  const char garbage = random.next() % 2 ? '\xdb' : '\0';
  for (const Op& op : object.changes) {
    if (op.kind != Op::write) {
      if (random.next() % 2) apply(bytes, op);
      continue;
    }
    for (u64 at = 0; at < op.bytes.size();) {
      u64 n = std::min(op.bytes.size() - at, kSector - (op.offset + at) % kSector);
      u64 begin = op.offset + at;
      bool grows = begin + n > bytes.size();
      bool written = random.next() % 2 != 0;
      if (grows && (written || random.next() % 2)) bytes.resize(begin + n, garbage);
      if (written) bytes.replace(begin, n, op.bytes, at, n);
      at += n;
    }
  }
  return bytes;
}

std::string Disk::bytes_left(const Object& object, Survives how, Random& random) {
  if (how == Survives::some) return torn(object, random);
  std::string bytes = object.bytes;
  if (how == Survives::everything)
    for (const Op& op : object.changes) apply(bytes, op);
  return bytes;
}

void Disk::write_folder(const Object& folder, const std::string& path, Survives how, Random& random) const {
  Names names = folder.names;
  for (const auto& entries : folder.renamings)
    if (how == Survives::everything || (how == Survives::some && random.next() % 2)) apply(names, entries);
  for (const auto& [name, number] : names) {
    const Object& object = objects_.at(number);
    const std::string at = path + "/" + name;
    if (object.folder) {
      std::filesystem::create_directory(at);
      write_folder(object, at, how, random);
      continue;
    }
    std::string bytes = bytes_left(object, how, random);
    std::ofstream out(at, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    DFS_CHECK(out.good());
  }
}

void Disk::leave(const std::string& folder, Survives how, Random& random) const {
  write_folder(objects_.at(kTopFolder), folder, how, random);
}

}  // namespace dfs::power_cut
