#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

// RFC 7862 15.2, 15.12 and 15.13.
namespace dfs::fs::contract {
namespace {

std::string pattern(size_t n, u32 seed = 0) {
  std::string s(n, '\0');
  for (size_t i = 0; i < n; ++i) s[i] = static_cast<char>('a' + (i * 7 + i / 251 + seed) % 26);
  return s;
}

std::string text_at(World& w, NodeRef f, u64 at, u32 n) { return flatten(w.read(f, at, n).data); }

void cloning(World& w) {
  const u64 unit = w.fs().facts().clone_unit;
  const std::string data = pattern(3 * unit + 100);
  NodeRef from = w.file_of(1, 1, 0644, "from"), to = w.file_of(2, 2, 06777, "to");
  w.write(from, 0, data);
  w.write(to, 0, std::string(unit, 'z'));
  w.tick();
  Inode before = w.get(to);
  w.who = user(3, 3);
  ChangeResult r = w.clone(from, 0, to, unit, 0);
  CHECK(r.error == FsError::ok);
  CHECK(r.node.before.change == before.change);
  CHECK(r.node.after.change > before.change);
  CHECK(r.node.after.mtime > before.mtime);
  CHECK(r.node.after.size == unit + data.size());
  CHECK(r.node.after.mode == 0777);
  w.who = user(0, 0);
  CHECK(w.text(to) == std::string(unit, 'z') + data);
  CHECK(w.clone(from, unit, to, 0, unit).error == FsError::ok);  // a part, over what is there
  CHECK(text_at(w, to, 0, 2 * unit) == data.substr(unit, unit) + data.substr(0, unit));
  // What is shared is shared until one of the two changes.
  w.write(from, 0, "changed");
  CHECK(text_at(w, to, unit, 7) == data.substr(0, 7));
  w.write(to, unit, "other");
  CHECK(text_at(w, from, 0, 7) == "changed");
  CHECK(w.remove(w.root(), "from").error == FsError::ok);
  CHECK(text_at(w, to, 3 * unit, 100) == data.substr(2 * unit, 100));
}

// RFC 7862 15.13.3: what lies between the target's end and the next multiple becomes zeros.
void cloned_tail(World& w) {
  const u64 unit = w.fs().facts().clone_unit;
  const std::string data = pattern(unit + 100), old = pattern(4 * unit, 3);
  NodeRef from = w.file_of(1, 1, 0644, "from"), to = w.file_of(1, 1, 0644, "to");
  w.write(from, 0, data);
  w.write(to, 0, old);
  CHECK(w.clone(from, 0, to, unit, 0).error == FsError::ok);
  const std::string zeros(unit - 100, '\0');
  CHECK(w.text(to) == old.substr(0, unit) + data + zeros + old.substr(3 * unit));
  w.setattr(to, with_size(2 * unit + 150));  // the file ends before the multiple
  w.write(to, 2 * unit, old.substr(0, 150));
  CHECK(w.clone(from, 0, to, unit, 0).error == FsError::ok);
  CHECK(w.text(to) == old.substr(0, unit) + data + std::string(50, '\0'));
}

void clones_refused(World& w) {
  const u64 unit = w.fs().facts().clone_unit;
  NodeRef from = w.file_of(1, 1, 0644, "from"), to = w.file_of(1, 1, 0644, "to");
  w.write(from, 0, pattern(2 * unit + 100));
  auto error = [&](u64 at, u64 to_at, u64 n, NodeRef target) {
    return w.clone(from, at, target, to_at, n).error;
  };
  CHECK(error(1, 0, unit, to) == FsError::invalid);
  CHECK(error(0, 1, unit, to) == FsError::invalid);
  CHECK(error(0, 0, unit - 1, to) == FsError::invalid);
  CHECK(error(0, 0, 4 * unit, to) == FsError::invalid);  // more than there is
  CHECK(error(4 * unit, 0, 0, to) == FsError::invalid);
  CHECK(error(0, 0, unit, from) == FsError::invalid);  // onto itself
  CHECK(error(0, unit, 2 * unit, from) == FsError::invalid);
  CHECK(error(0, kMaxFileSize / unit * unit, 2 * unit, to) == FsError::file_too_large);
  CHECK(w.clone(w.root(), 0, to, 0, 0).error == FsError::is_directory);
  CHECK(w.clone(from, 0, w.root(), 0, 0).error == FsError::is_directory);
  CHECK(w.get(to).size == 0);
  CHECK(error(0, 4 * unit, unit, from) == FsError::ok);  // of one file, apart
  CHECK(text_at(w, from, 4 * unit, 10) == pattern(10));
  CHECK(error(unit, 0, unit, to) == FsError::ok);
  w.who = user(2, 2);
  CHECK(error(0, 0, unit, to) == FsError::access);
  w.who = user(1, 1);
  w.setattr(from, with_mode(0200));
  CHECK(w.clone(from, 0, to, 0, unit).error == FsError::access);
  NodeRef empty = w.file_of(1, 1, 0644, "empty");
  Inode before = w.get(to);
  CHECK(w.clone(empty, 0, to, 0, 0).error == FsError::ok);
  CHECK(w.get(to).change == before.change);
}

// Each end is judged by who acts there: exports of one store may squash differently.
void two_callers(World& w) {
  const u64 unit = w.fs().facts().clone_unit;
  NodeRef from = w.file_of(1, 1, 0600, "from"), to = w.file_of(2, 2, 0600, "to");
  w.write(from, 0, pattern(unit));
  const Credential reader = user(1, 1), writer = user(2, 2);
  auto cloned = [&](const Credential& a, const Credential& b) {
    return wait(w.fs().clone({a, from, 0, IoCheck::strict}, {b, to, 0, IoCheck::strict}, 0)).error;
  };
  auto copied = [&](const Credential& a, const Credential& b) {
    return wait(w.fs().copy(w.fs(), {a, from, 0, IoCheck::strict}, {b, to, 0, IoCheck::strict}, 0,
                            Stable::unstable))
        .error;
  };
  CHECK(cloned(writer, writer) == FsError::access);
  CHECK(cloned(reader, reader) == FsError::access);
  CHECK(cloned(reader, writer) == FsError::ok);
  CHECK(copied(writer, writer) == FsError::access);
  CHECK(copied(reader, reader) == FsError::access);
  CHECK(copied(reader, writer) == FsError::ok);
}

// Nothing can be shared: all is moved.
void copying_between(World& w, World& other) {
  const u64 unit = w.fs().facts().clone_unit;
  const std::string data = pattern(3 * unit + 77);
  NodeRef from = other.file_of(1, 1, 0644, "from"), to = w.file_of(1, 1, 0644, "to");
  other.write(from, 0, data);
  auto copied = [&](u64 from_offset, u64 to_offset, u64 length) {
    return wait(w.fs().copy(other.fs(), {w.who, from, from_offset, IoCheck::strict},
                            {w.who, to, to_offset, IoCheck::strict}, length, Stable::file_sync));
  };
  CopyResult r = copied(0, unit, 0);
  CHECK(r.error == FsError::ok);
  CHECK(r.count == data.size());
  CHECK(r.committed == Stable::file_sync);
  CHECK(w.text(to) == std::string(unit, '\0') + data);
  CHECK(other.text(from) == data);
  CHECK(copied(10, 0, 5).count == 5);
  CHECK(text_at(w, to, 0, 5) == data.substr(10, 5));
  CHECK(copied(data.size() + 1, 0, 0).error == FsError::invalid);
  // Equal numbers in two file systems are two files.
  NodeRef first = w.root(), second = other.root();
  CHECK(first.id == second.id);
  CHECK(wait(w.fs().copy(other.fs(), {w.who, second, 0, IoCheck::strict}, {w.who, to, 0, IoCheck::strict}, 0,
                         Stable::unstable))
            .error == FsError::is_directory);
}

void copying(World& w) {
  const u64 unit = w.fs().facts().clone_unit;
  const std::string data = pattern(2 * unit + 5000);
  NodeRef from = w.file_of(1, 1, 0644, "from");
  w.write(from, 0, data);
  struct Case {
    u64 from, to, length;
  };
  const Case cases[] = {{0, 0, 0},          {0, 0, 100},     {17, unit + 17, 2 * unit},
                        {17, 18, 2 * unit}, {unit, 0, unit}, {unit - 1, 3 * unit - 1, unit + 2},
                        {5000, 1, 1}};
  int n = 0;
  for (const Case& c : cases) {
    INFO(c.from << " to " << c.to << ", " << c.length);
    NodeRef to = w.file_of(2, 2, 06777, "to" + std::to_string(n++));
    w.who = user(3, 3);
    CopyResult r = w.copy(from, c.from, to, c.to, c.length);
    w.who = user(0, 0);
    const u64 length = c.length ? c.length : data.size() - c.from;
    CHECK(r.error == FsError::ok);
    CHECK(r.count == length);
    CHECK(r.committed == Stable::file_sync);
    CHECK(r.file.before.size == 0);
    CHECK(r.file.after.size == c.to + length);
    CHECK(r.file.after.change > r.file.before.change);
    CHECK(r.file.after.mode == 0777);
    REQUIRE(w.text(to) == std::string(c.to, '\0') + data.substr(c.from, length));
  }
  NodeRef to = w.file_of(1, 1, 0600, "to");
  CHECK(w.copy(from, 0, from, data.size(), 100).count == 100);
  CHECK(w.copy(from, 0, from, 50, 100).error == FsError::invalid);
  CHECK(w.copy(from, 0, to, 0, data.size() + 101).error == FsError::invalid);
  CHECK(w.copy(from, data.size() + 101, to, 0, 0).error == FsError::invalid);
  CHECK(w.copy(from, data.size() + 100, to, 0, 0).count == 0);
  CHECK(w.copy(from, 0, w.root(), 0, 0).error == FsError::is_directory);
  CHECK(w.copy(from, 0, to, kMaxFileSize, 2).error == FsError::file_too_large);
  w.who = user(2, 2);
  CHECK(w.copy(from, 0, to, 0, 1).error == FsError::access);
}

CopyResult write_same(World& w, NodeRef f, const BlockPattern& p, Stable stable = Stable::file_sync) {
  return wait(w.fs().write_same(w.who, f, p, stable, IoCheck::strict));
}

void patterns(World& w) {
  NodeRef f = w.file_of(1, 1, 0644, "f");
  BlockPattern p;
  p.offset = 3;
  p.block_size = 10;
  p.block_count = 3;
  p.number_at = 1;
  p.first_number = 0xffffffff;
  p.pattern_at = 6;
  p.pattern = "abc";
  CopyResult r = write_same(w, f, p);
  CHECK(r.error == FsError::ok);
  CHECK(r.count == 30);
  CHECK(r.committed == Stable::file_sync);
  auto block = [](std::string number) { return std::string(1, '\0') + number + std::string("\0abc\0", 5); };
  const std::string zeros(3, '\0');
  CHECK(w.text(f) == zeros + block("\xff\xff\xff\xff") + block(zeros + '\0') + block(zeros + '\1'));
  p.number_at.reset();
  p.offset = 0;
  p.block_size = 3;
  p.block_count = 700000;  // more than one step
  p.pattern_at = 0;
  r = write_same(w, f, p);
  CHECK(r.count == 2100000);
  CHECK(text_at(w, f, (1u << 20) - 4, 8) == std::string("abcabcabcab").substr(((1u << 20) - 4) % 3, 8));
  CHECK(w.get(f).size == 2100000);

  p.block_count = 0;
  CHECK(write_same(w, f, p).count == 0);
  p.block_count = 1;
  p.block_size = 0;
  CHECK(write_same(w, f, p).error == FsError::invalid);
  p.block_size = 2;
  CHECK(write_same(w, f, p).error == FsError::invalid);
  p.block_size = 10;
  p.number_at = 7;
  CHECK(write_same(w, f, p).error == FsError::invalid);
  p.number_at.reset();
  p.block_count = kMaxFileSize / 10 + 1;
  CHECK(write_same(w, f, p).error == FsError::file_too_large);
  p.block_count = 1;
  CHECK(write_same(w, w.root(), p).error == FsError::is_directory);
  w.who = user(2, 2);
  CHECK(write_same(w, f, p).error == FsError::access);
  p.block_size = 0;
  CHECK(write_same(w, f, p).error == FsError::access);
}

}  // namespace

void fs_copies(const StoreFactory& make) {
  World w(make);
  SECTION("a clone shares bytes") { cloning(w); }
  SECTION("a clone that ends in the middle of a unit") { cloned_tail(w); }
  SECTION("clones that cannot be") { clones_refused(w); }
  SECTION("who reads may be somebody else than who writes") { two_callers(w); }
  SECTION("a copy from another file system") {
    World other(make);
    copying_between(w, other);
  }
  SECTION("a copy shares what it can and moves the rest") { copying(w); }
  SECTION("blocks of a pattern") { patterns(w); }
  SECTION("a call that moves much answers for a part") {
    BlockPattern p;
    p.block_size = 1u << 20;
    p.block_count = 65;
    NodeRef f = w.file_of(1, 1, 0644, "f");
    CopyResult r = write_same(w, f, p, Stable::unstable);
    CHECK(r.error == FsError::ok);
    CHECK(r.count == u64(64) << 20);
  }
}

}  // namespace dfs::fs::contract
