#include "engine/fs/store_contract/workload.h"

#include <fmt/format.h>

namespace dfs::fs::contract {
namespace {

// The object at a path below the root; stale when a step that should have made it was cut short.
NodeRef at(World& w, std::string_view path) {
  NodeRef node = w.root();
  while (!path.empty()) {
    size_t slash = path.find('/');
    LookupResult r = w.lookup(node, path.substr(0, slash));
    if (r.error != FsError::ok) return {FileId(0), 0};
    node = ref(r.node);
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  }
  return node;
}

std::string data(char c, size_t n) { return std::string(n, c); }

constexpr u64 kGrid = 262144;  // any store's unit of clones fits into it

// What others shall read, and what is made in it shall inherit.
FsError give_acl(World& w, NodeRef dir) {
  Acl acl = acl_of({allow(Who::user, ace::kReadData, ace::kFileInherit | ace::kDirectoryInherit, 7)});
  SetAttr a;
  a.dacl = &acl;
  return w.setattr(dir, a).error;
}

using Step = FsError (*)(World& w);
constexpr Step kSteps[] = {
    [](World& w) { return w.mkdir(w.root(), "a").error; },
    [](World& w) { return w.create(at(w, "a"), "f").error; },
    [](World& w) { return w.write(at(w, "a/f"), 0, data('1', 5000)).error; },
    [](World& w) { return w.mkdir(w.root(), "b").error; },
    [](World& w) { return w.write(at(w, "a/f"), 300000, data('2', 300000)).error; },
    [](World& w) { return w.rename(at(w, "a"), "f", at(w, "b"), "g").error; },
    [](World& w) { return w.link(at(w, "b/g"), at(w, "a"), "h").error; },
    [](World& w) { return w.create(at(w, "a"), "small", with_mode(0600), CreateHow::exclusive, 42).error; },
    [](World& w) { return w.write(at(w, "a/small"), 3, "tiny").error; },
    [](World& w) { return w.symlink(at(w, "a"), "link", "../b/g").error; },
    [](World& w) { return w.setattr(at(w, "b/g"), with_size(310000)).error; },
    [](World& w) { return w.setattr(at(w, "b/g"), with_size(700000)).error; },
    [](World& w) { return w.setattr(at(w, "b/g"), with_mode(04711)).error; },
    [](World& w) { return w.write(at(w, "b/g"), 262144 - 10, data('3', 20)).error; },
    [](World& w) { return w.create(at(w, "b"), "victim").error; },
    [](World& w) { return w.write(at(w, "b/victim"), 0, data('4', 270000)).error; },
    [](World& w) { return w.rename(at(w, "a"), "small", at(w, "b"), "victim").error; },
    [](World& w) { return w.setxattr(at(w, "b/g"), "first", "value").error; },
    [](World& w) { return w.setxattr(at(w, "b/g"), "second", data('6', 3000)).error; },
    [](World& w) { return w.removexattr(at(w, "b/g"), "first").error; },
    [](World& w) { return w.clone(at(w, "b/g"), 0, at(w, "b/victim"), kGrid, kGrid).error; },
    [](World& w) { return w.deallocate(at(w, "b/victim"), kGrid + 1000, 2000).error; },
    [](World& w) { return w.allocate(at(w, "b/victim"), 2 * kGrid + 5, 1000).error; },
    [](World& w) { return w.remove(at(w, "b"), "g").error; },
    [](World& w) { return give_acl(w, at(w, "b")); },
    [](World& w) { return w.mkdir(at(w, "b"), "sub").error; },
    [](World& w) { return w.create(at(w, "b/sub"), "heir").error; },
    [](World& w) { return w.setattr(at(w, "b/sub/heir"), with_mode(0640)).error; },
    [](World& w) { return w.remove(at(w, "b/sub"), "heir").error; },
    [](World& w) { return w.rename(at(w, "b"), "sub", at(w, "a"), "moved").error; },
    [](World& w) { return w.setattr(at(w, "a/h"), with_size(0)).error; },
    [](World& w) { return w.write(at(w, "a/h"), 1000, data('5', 10)).error; },
    [](World& w) { return w.remove(at(w, "a"), "h").error; },
    [](World& w) { return w.rmdir(at(w, "a"), "moved").error; },
    [](World& w) { return w.create(w.root(), "last", with_size(100), CreateHow::unchecked).error; },
    [](World& w) { return w.create(w.root(), "last", with_size(50), CreateHow::unchecked).error; },
};

void describe(World& w, NodeRef dir, const std::string& path, std::string& out) {
  for (const std::string& entry : w.list(dir)) {
    Inode n = w.lookup(dir, entry).node;
    out += fmt::format("{}/{} type {} mode {:o} links {} size {} used {}", path, entry,
                       static_cast<int>(n.type), n.mode, n.nlink, n.size, n.space_used);
    if (n.type == FileType::regular) {
      std::string bytes = w.text(ref(n));
      out += fmt::format(" bytes {:x}", std::hash<std::string>()(bytes));
    }
    if (n.type == FileType::symlink) out += " to " + wait(w.fs().readlink(w.who, ref(n))).text;
    if (n.has_acl) out += fmt::format(" acl of {}", w.acls(ref(n)).dacl.aces.size());
    if (n.has_xattrs) out += " xattrs " + w.listxattrs(ref(n));
    out += "\n";
    if (n.type == FileType::directory) describe(w, ref(n), path + "/" + entry, out);
  }
}

}  // namespace

size_t Workload::steps() { return std::size(kSteps); }
FsError Workload::run(World& w, size_t i) { return kSteps[i](w); }

std::string describe(World& w) {
  std::string out;
  describe(w, w.root(), "", out);
  return out;
}

}  // namespace dfs::fs::contract
