#pragma once

#include <map>

#include "engine/base/random.h"
#include "engine/stores/power_cut/recorder.h"

namespace dfs::power_cut {

// What a power cut leaves of what nobody has synced.
enum class Survives : u8 {
  nothing,     // the least that POSIX promises
  everything,  // as if only the process had ended
  some,        // of data any sectors, of names any changes, in any order, and garbage where files grew
};

// A disk that takes a log's operations one after another and can be asked at any moment what it would hold
// after a power cut. fsync of a file makes its bytes durable and not its name; fsync of a folder makes the
// names in it durable.
class Disk {
 public:
  Disk();
  void take(const Op& op);
  // Writes what the disk holds after a power cut now into a folder that exists and is empty.
  void leave(const std::string& folder, Survives how, Random& random) const;

 private:
  // A change of a folder's names: file 0 takes the name away.
  struct Entry {
    std::string name;
    u64 file;
  };
  using Names = std::map<std::string, u64>;
  struct Object {
    bool folder = false;
    std::string bytes;        // durable
    std::vector<Op> changes;  // write, resize, punch: not synced
    Names names;              // durable
    // Not synced. Each is one or more entries that change together, as by a rename.
    std::vector<std::vector<Entry>> renamings;
  };
  static void apply(std::string& bytes, const Op& op);
  static void apply(Names& names, const std::vector<Entry>& entries);
  static void settle(Object& object);
  static std::string bytes_left(const Object& object, Survives how, Random& random);
  static std::string torn(const Object& object, Random& random);
  void write_folder(const Object& object, const std::string& path, Survives how, Random& random) const;

  std::map<u64, Object> objects_;
};

}  // namespace dfs::power_cut
