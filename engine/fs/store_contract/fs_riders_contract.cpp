#include <catch2/catch.hpp>

#include "engine/fs/store_contract/world.h"

// What rides along with a change: there with it, or not at all.
namespace dfs::fs::contract {
namespace {

using Table = MetadataView::Table;

// Puts a row down, or makes the change fail.
template <class Out>
struct Passenger final : Rider<Out> {
  FsError answer = FsError::ok;
  u32 rides = 0;
  Out last{};

  FsError ride(MetadataTxn& txn, const Out& out) override {
    ++rides;
    last = out;
    txn.put_row(Table::server, "passenger", "was here");
    return answer;
  }
};

bool row_is_there(World& w) {
  bool found = false;
  auto look = [&](MetadataView& v) {
    found = v.row(Table::server, "passenger").has_value();
    return FsError::ok;
  };
  REQUIRE(wait(w.stores().metadata().read(look)) == FsError::ok);
  return found;
}

// Everything in the tree: names and how often each object has changed.
std::string shape(World& w, NodeRef dir) {
  std::string out;
  for (const std::string& name : w.list(dir)) {
    const Inode node = w.lookup(dir, name).node;
    out += name + "=" + std::to_string(node.change) + "," + std::to_string(node.size) + " ";
  }
  return out + std::to_string(w.get(dir).change);
}

// A change fails when its rider does, and then has not happened; otherwise it takes the rider along once, who
// sees what is answered.
template <class Out, class Call>
void carries(World& w, Call call) {
  Passenger<Out> refuses;
  refuses.answer = FsError::no_space;
  const std::string before = shape(w, w.root());
  CHECK(call(&refuses).error == FsError::no_space);
  CHECK(shape(w, w.root()) == before);
  CHECK_FALSE(row_is_there(w));
  Passenger<Out> rides;
  const Out out = call(&rides);
  CHECK(out.error == FsError::ok);
  CHECK(rides.rides == 1);
  CHECK(row_is_there(w));
  if constexpr (requires { out.dir; }) CHECK(rides.last.dir.after.change == out.dir.after.change);
  if constexpr (requires { out.applied; }) CHECK(rides.last.applied == out.applied);
  if constexpr (requires { out.count; }) CHECK(rides.last.count == out.count);
  if constexpr (requires { out.committed; }) CHECK(rides.last.committed == out.committed);
  // What is refused, or is no change, takes nobody along.
  CHECK(shape(w, w.root()) != before);
}

template <class Out, class Call>
void leaves_behind(Call call, FsError error) {
  Passenger<Out> stays;
  CHECK(call(&stays).error == error);
  CHECK(stays.rides == 0);
}

}  // namespace

void fs_riders(const StoreFactory& make) {
  World w(make);
  FileSystem& fs = w.fs();
  const NodeRef top = w.root(), file = w.file_of(0, 0, 0644, "file"), other = w.file_of(0, 0, 0644, "other");
  const u64 unit = fs.facts().clone_unit;
  REQUIRE(w.write(file, 0, std::string(2 * unit, 'x')).error == FsError::ok);
  const SetAttr none;
  auto create = [&](CreateHow how, const SetAttr& attr, std::string_view name) {
    return [&fs, &w, top, how, attr, name](Rider<CreateResult>* r) {
      return wait(fs.create(w.who, top, name, how, attr, 7, IoCheck::owner_override, r));
    };
  };
  SECTION("create") {
    carries<CreateResult>(w, create(CreateHow::guarded, with_mode(0600), "new"));
    leaves_behind<CreateResult>(create(CreateHow::guarded, none, "new"), FsError::exists);
  }
  SECTION("create exclusively") {
    carries<CreateResult>(w, create(CreateHow::exclusive, none, "new"));
    leaves_behind<CreateResult>(create(CreateHow::exclusive, none, "new"), FsError::ok);
  }
  SECTION("create or leave as it is") {
    carries<CreateResult>(w, create(CreateHow::kept, with_size(5), "new"));
    CHECK(w.lookup(top, "new").node.size == 5);
    leaves_behind<CreateResult>(create(CreateHow::kept, with_size(9), "new"), FsError::ok);
    CHECK(w.lookup(top, "new").node.size == 5);
  }
  SECTION("directories, links and special files") {
    SECTION("mkdir") {
      carries<CreateResult>(w, [&](auto* r) { return wait(fs.mkdir(w.who, top, "d", none, r)); });
    }
    SECTION("symlink") {
      carries<CreateResult>(w, [&](auto* r) { return wait(fs.symlink(w.who, top, "s", "text", none, r)); });
    }
    SECTION("mknod") {
      carries<CreateResult>(
          w, [&](auto* r) { return wait(fs.mknod(w.who, top, "p", FileType::fifo, 0, 0, none, r)); });
    }
  }
  SECTION("names") {
    SECTION("remove") {
      carries<RemoveResult>(w, [&](auto* r) { return wait(fs.remove_any(w.who, top, "other", r)); });
      leaves_behind<RemoveResult>([&](auto* r) { return wait(fs.remove_any(w.who, top, "other", r)); },
                                  FsError::not_found);
    }
    SECTION("rename") {
      carries<RenameResult>(w, [&](auto* r) { return wait(fs.rename(w.who, top, "other", top, "new", r)); });
    }
    SECTION("link") {
      carries<LinkResult>(w, [&](auto* r) { return wait(fs.link(w.who, other, top, "new", r)); });
    }
  }
  SECTION("attributes") {
    auto set = [&](const SetAttr& attr) {
      return [&fs, &w, file, attr](Rider<SetAttrResult>* r) {
        return wait(fs.setattr(w.who, file, attr, {}, IoCheck::owner_override, r));
      };
    };
    SECTION("mode") { carries<SetAttrResult>(w, set(with_mode(0600))); }
    SECTION("size") { carries<SetAttrResult>(w, set(with_size(3))); }
    SECTION("none") { leaves_behind<SetAttrResult>(set(none), FsError::ok); }
  }
  SECTION("data") {
    auto write = [&](std::string_view data, Stable stable) {
      return [&fs, &w, file, data, stable](Rider<WriteResult>* r) {
        return wait(fs.write(w.who, file, 1, bytes(data), stable, IoCheck::owner_override, r));
      };
    };
    SECTION("stable") { carries<WriteResult>(w, write("data", Stable::file_sync)); }
    SECTION("unstable") { carries<WriteResult>(w, write("data", Stable::unstable)); }
    SECTION("nothing") { leaves_behind<WriteResult>(write("", Stable::file_sync), FsError::ok); }
  }
  SECTION("ranges") {
    SECTION("deallocate") {
      carries<ChangeResult>(
          w, [&](auto* r) { return wait(fs.deallocate(w.who, file, 0, unit, IoCheck::owner_override, r)); });
      leaves_behind<ChangeResult>(
          [&](auto* r) { return wait(fs.deallocate(w.who, file, 9 * unit, 1, IoCheck::owner_override, r)); },
          FsError::ok);
    }
    SECTION("clone") {
      carries<ChangeResult>(w, [&](auto* r) {
        return wait(fs.clone({w.who, file, 0, IoCheck::owner_override},
                             {w.who, other, 0, IoCheck::owner_override}, 0, r));
      });
    }
    SECTION("allocate, which is many updates: with the last") {
      Passenger<ChangeResult> rides;
      CHECK(wait(fs.allocate(w.who, other, 0, 3u << 20, IoCheck::owner_override, &rides)).error ==
            FsError::ok);
      CHECK(rides.rides == 1);
      CHECK(rides.last.node.after.size == 3u << 20);
      CHECK(row_is_there(w));
    }
  }
  SECTION("extended attributes") {
    auto set = [&](auto* r) { return wait(fs.setxattr(w.who, file, "x", "v", XattrHow::create, r)); };
    carries<ChangeResult>(w, set);
    leaves_behind<ChangeResult>(set, FsError::exists);
    Passenger<ChangeResult> removed;
    CHECK(wait(fs.removexattr(w.who, file, "x", &removed)).error == FsError::ok);
    CHECK(removed.rides == 1);
  }
}

}  // namespace dfs::fs::contract
