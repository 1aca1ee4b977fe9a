#pragma once

#include <string>
#include <vector>

#include "engine/base/bytes.h"

// What programs do to files, as a log that power cuts can be made from (disk.h).
namespace dfs::power_cut {

struct Op {
  enum Kind : u8 {
    make_file,  // `file` appears in `folder` under `name`
    make_folder,
    rename,  // `file` goes from `name` to `to`, both in `folder`, over what is there
    unlink,
    write,     // `bytes` at `offset`; `through`: durable when it returns (O_DSYNC)
    resize,    // to `offset`
    punch,     // `length` bytes at `offset` become zeros
    sync,      // fsync or fdatasync of `file`, which may be a folder
    sync_all,  // syncfs
    mark,      // something was promised to a caller: see Recorder::mark
  };
  Kind kind;
  u64 file = 0;
  u64 folder = 0;
  std::string name, to, bytes;
  u64 offset = 0, length = 0;
  bool through = false;
};

constexpr u64 kTopFolder = 1;  // the number of the recorded folder; every file and folder in it has its own

// While one exists, the calls of this process (LMDB's too) that change files below a folder are logged in
// their order. They go through this program's definitions of open(), pwrite() and the like, which take the
// place of the C library's; nothing in the stores knows of it.
class Recorder {
 public:
  explicit Recorder(const std::string& folder);  // which exists and is empty
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Everything up to here has been answered; `promise` is the caller's number for it.
  void mark(u64 promise);
  // The log so far.
  std::vector<Op> take();
};

}  // namespace dfs::power_cut
