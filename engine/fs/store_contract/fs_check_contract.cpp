#include <catch2/catch.hpp>

#include "engine/fs/acl_row.h"
#include "engine/fs/check.h"
#include "engine/fs/nodes.h"
#include "engine/fs/session_rows.h"
#include "engine/fs/store_contract/world.h"
#include "engine/fs/xattr_rows.h"

namespace dfs::fs::contract {
namespace {

using Table = MetadataView::Table;

// A small tree, sound: /d/f, /d/sub, /g with two names, /s.
struct Tree {
  explicit Tree(const StoreFactory& make) : w(make) {
    w.leave_damaged();
    d = w.mkdir(w.root(), "d").node.id;
    f = w.create({d, w.lookup(w.root(), "d").node.generation}, "f").node.id;
    NodeRef dir = ref(w.lookup(w.root(), "d").node);
    sub = w.mkdir(dir, "sub").node.id;
    NodeRef file = ref(w.create(w.root(), "g").node);
    g = file.id;
    w.link(file, w.root(), "h");
    s = w.symlink(w.root(), "s", "text").node.id;
    REQUIRE(w.findings() == "");
  }
  World w;
  FileId d, f, sub, g, s;

  template <class F>
  void break_by(F change) {
    auto fn = [&](MetadataTxn& t) {
      change(t);
      return FsError::ok;
    };
    REQUIRE(wait(w.stores().metadata().update(fn)) == FsError::ok);
  }
  template <class F>
  void edit(FileId id, F change) {
    break_by([&](MetadataTxn& t) {
      Inode n = *t.inode(id);
      change(n);
      t.put_inode(n);
    });
  }
  // Whether the check says this of the object; with its path.
  void finds(FileId object, std::string_view path, std::string_view text,
             Finding::Severity severity = Finding::Severity::damage) {
    std::string all;
    bool found = false;
    for (const Finding& x : wait(check(w.stores().metadata(), w.stores().content(), false))) {
      all += std::to_string(x.object.value) + " " + x.path + " " + x.text + "\n";
      found |=
          x.object == object && x.path == path && x.severity == severity && x.text.find(text) != x.text.npos;
    }
    INFO("expected: " << object.value << " " << path << " " << text << "\nfound:\n" << all);
    CHECK(found);
  }
};

void acls(Tree& t) {
  constexpr FileId kNobody(1u << 20);
  t.w.set_acl(ref(t.w.lookup(t.w.root(), "g").node), {allow(Who::everyone, ace::kReadData)});
  REQUIRE(t.w.findings() == "");
  t.edit(t.g, [](Inode& n) { n.mode = 0700; });
  t.finds(t.g, "/g", "has mode 700 where its ACL makes 444");
  t.break_by([&](MetadataTxn& x) { x.put_row(Table::acl, file_key(t.g), "nonsense"); });
  t.finds(t.g, "/g", "its ACL cannot be read: corrupt");
  t.break_by([&](MetadataTxn& x) { x.erase_row(Table::acl, file_key(t.g)); });
  t.finds(t.g, "/g", "its ACL cannot be read: corrupt");
  t.break_by([&](MetadataTxn& x) {
    x.put_row(Table::acl, file_key(kNobody), encode_acls({}));
    x.put_row(Table::acl, file_key(t.f), encode_acls({}));
  });
  t.finds(kNobody, "", "an ACL belongs to no object", Finding::Severity::leftover);
  t.finds(t.f, "/d/f", "an ACL belongs to no object", Finding::Severity::leftover);
  // Damage is an error, and no permission.
  CHECK(wait(t.w.fs().access(user(5, 5), ref(t.w.get({t.g, t.w.lookup(t.w.root(), "g").node.generation})),
                             kRead))
            .error == FsError::corrupt);
}

void xattrs(Tree& t) {
  constexpr FileId kNobody(1u << 20);
  constexpr auto kLeftover = Finding::Severity::leftover;
  NodeRef g = ref(t.w.lookup(t.w.root(), "g").node);
  for (const char* name : {"a", "b", "c"}) t.w.setxattr(g, name, "value");
  REQUIRE(t.w.findings() == "");
  t.break_by([&](MetadataTxn& x) { x.put_row(Table::xattr, xattr_key(t.g, "a"), "longer value"); });
  t.finds(t.g, "/g", "its extended attribute a has 12 bytes where 5 are listed");
  t.break_by([&](MetadataTxn& x) { x.erase_row(Table::xattr, xattr_key(t.g, "b")); });
  t.finds(t.g, "/g", "its extended attribute b cannot be read: not_found");
  t.break_by([&](MetadataTxn& x) {
    x.put_row(Table::xattr, xattr_key(t.g, "unlisted"), "v");
    x.put_row(Table::xattr, xattr_key(kNobody, "x"), "v");
    x.put_row(Table::xattr, file_key(t.f), encode(XattrNames{}));
  });
  t.finds(t.g, "/g", "an extended attribute belongs to no object", kLeftover);
  t.finds(kNobody, "", "an extended attribute belongs to no object", kLeftover);
  t.finds(t.f, "/d/f", "an extended attribute belongs to no object", kLeftover);
  auto list = [&](XattrNames names) {
    t.break_by([&](MetadataTxn& x) { x.put_row(Table::xattr, file_key(t.g), encode(names)); });
  };
  list({9, {{1, 5, "c"}, {2, 5, "c"}}});
  t.finds(t.g, "/g", "its extended attribute c is listed twice");
  XattrNames many{100, {}};
  for (u32 i = 1; i < 20; ++i) many.entries.push_back({i, kMaxXattrValue, std::to_string(i)});
  list(many);
  t.finds(t.g, "/g", "bytes of extended attributes");
  t.break_by([&](MetadataTxn& x) { x.put_row(Table::xattr, file_key(t.g), "nonsense"); });
  t.finds(t.g, "/g", "its extended attributes cannot be listed: corrupt");
  CHECK(t.w.listxattrs(g) == "corrupt");
  t.edit(t.s, [](Inode& n) { n.has_xattrs = true; });
  t.finds(t.s, "/s", "has extended attributes but is neither file nor directory");
}

}  // namespace

void fs_check(const StoreFactory& make) {
  Tree t(make);
  constexpr FileId kNone(0), kNobody(1u << 20);
  constexpr auto kLeftover = Finding::Severity::leftover;
  SECTION("an object is gone") {
    t.break_by([&](MetadataTxn& x) { x.erase_inode(t.f); });
    t.finds(t.d, "/d", "the entry f names object");
  }
  SECTION("links are miscounted") {
    t.edit(t.g, [](Inode& n) { n.nlink = 3; });
    t.finds(t.g, "/g", "has 2 names where 3 belong to it");
  }
  SECTION("a name is gone") {
    t.break_by([&](MetadataTxn& x) { x.erase_dirent(t.d, "f"); });
    t.finds(t.f, "", "has 0 names where 1 belong to it");
    t.finds(t.d, "/d", "has 1 entries where it counts 2");
  }
  SECTION("subdirectories are miscounted") {
    t.edit(t.d, [](Inode& n) { n.nlink = 7; });
    t.finds(t.d, "/d", "has 7 links where its 1 subdirectories make 3");
  }
  SECTION("a parent is another") {
    t.edit(t.sub, [](Inode& n) { n.parent = kRootId; });
    t.finds(t.sub, "/d/sub", "says that its parent is 2");
  }
  SECTION("a directory lies in itself") {
    t.break_by([&](MetadataTxn& x) {
      x.erase_dirent(kRootId, "d");
      x.put_dirent(t.sub, "d", {3, t.d, FileType::directory});
    });
    t.edit(t.d, [&](Inode& n) { n.parent = t.sub; });
    t.finds(t.d, "", "is not below the root");
  }
  SECTION("a cookie was not given yet") {
    t.edit(t.d, [](Inode& n) { n.next_cookie = kFirstCookie; });
    t.finds(t.d, "/d", "has cookie 3; the next to be given is 3");
  }
  SECTION("a name that cannot be") {
    t.break_by([&](MetadataTxn& x) { x.put_dirent(t.d, "a/b", {3, t.f, FileType::regular}); });
    t.finds(t.d, "/d", "an entry has the name \"a/b\"");
  }
  SECTION("a type that is not the object's") {
    t.break_by([&](MetadataTxn& x) { x.put_dirent(t.d, "f", {3, t.f, FileType::fifo}); });
    t.finds(t.d, "/d", "the entry f has another type");
  }
  SECTION("orphans") {
    t.break_by([&](MetadataTxn& x) { x.put_row(Table::orphan, file_key(t.g), {}); });
    t.finds(t.g, "/g", "has 2 links but is listed as an orphan");
    t.edit(t.f, [](Inode& n) { n.nlink = 0; });
    t.finds(t.f, "/d/f", "has no links but is not listed as an orphan");
    t.break_by([&](MetadataTxn& x) { x.put_row(Table::orphan, file_key(kNobody), {}); });
    t.finds(kNobody, "", "an orphan is listed that does not exist", kLeftover);
  }
  SECTION("texts of links") {
    t.break_by([&](MetadataTxn& x) { x.put_row(Table::symlink, file_key(kNobody), "text"); });
    t.finds(kNobody, "", "a link text belongs to no symbolic link", kLeftover);
    t.edit(t.s, [](Inode& n) { n.size = 9; });
    t.finds(t.s, "/s", "is a symbolic link of size 9 with a text of 4 bytes");
    t.break_by([&](MetadataTxn& x) { x.erase_row(Table::symlink, file_key(t.s)); });
    t.finds(t.s, "/s", "is a symbolic link whose text cannot be read: not_found");
  }
  SECTION("ACLs") { acls(t); }
  SECTION("extended attributes") { xattrs(t); }
  SECTION("a size that cannot be") {
    t.edit(t.f, [](Inode& n) { n.size = kMaxFileSize + 1; });
    t.finds(t.f, "/d/f", "has size 9223372036854775808");
  }
  SECTION("what the file system wrote down about itself") {
    t.break_by([&](MetadataTxn& x) {
      x.put_row(Table::server, "uuid", "short");
      x.put_row(Table::server, "write verifier", "short");
    });
    t.finds(kNone, "", "the file system's identity has 5 bytes");
    t.finds(kNone, "", "the write verifier has 5 bytes");
    t.break_by([&](MetadataTxn& x) { x.erase_row(Table::server, "uuid"); });
    t.finds(kNone, "", "the file system's identity cannot be read: not_found");
  }
  SECTION("sessions") {
    const std::string session(kSessionKey, 's'), gone(kSessionKey, 't');
    t.break_by([&](MetadataTxn& x) {
      x.put_row(Table::session, session, "whose");
      x.put_row(Table::session, reply_key(session, 0), "reply");
      x.put_row(Table::session, reply_key(session, 127), "reply");
    });
    REQUIRE(t.w.findings() == "");
    t.break_by([&](MetadataTxn& x) {
      x.put_row(Table::session, reply_key(gone, 3), "reply");
      x.put_row(Table::session, "short", "");
    });
    t.finds(kNone, "", "there is a reply of a session that does not exist", kLeftover);
    t.finds(kNone, "", "a session's row has a key of 5 bytes");
  }
  SECTION("the root is gone") {
    t.break_by([&](MetadataTxn& x) { x.erase_inode(kRootId); });
    t.finds(kRootId, "/", "there is no root directory");
  }
}

}  // namespace dfs::fs::contract
