#include "engine/fs/acl.h"

#include <catch2/catch.hpp>

#include "engine/base/random.h"

namespace dfs::fs {
namespace {

using namespace ace;

constexpr u32 kOwner = 10, kGroup = 20;

Inode object(FileType type = FileType::regular) {
  Inode n{};
  n.type = type;
  n.uid = kOwner;
  n.gid = kGroup;
  return n;
}
Ace allow(Who who, u32 mask, u16 flags = 0, u32 id = 0) { return {AceType::allow, flags, mask, who, id}; }
Ace deny(Who who, u32 mask, u16 flags = 0, u32 id = 0) { return {AceType::deny, flags, mask, who, id}; }
Acl acl_of(std::vector<Ace> aces) { return {0, std::move(aces)}; }

const std::vector<u32> kGroups{31, 32};
const Credential kTheOwner{kOwner, 1, {}}, kMember{11, kGroup, {}}, kOther{12, 2, {}},
    kInGroups{13, 3, kGroups}, kNobody{65534, 65534, {}, true};

struct Row {
  const char* section;
  std::vector<Ace> aces;
  Credential who;
  u32 asked, allowed, denied;
};

// RFC 8881, section by section.
const std::vector<Row> kRows = {
    {"6.2.1 an empty ACL allows and denies nothing", {}, kOther, kAll, 0, 0},
    {"6.2.1 the first entry that has a bit decides it",
     {deny(Who::everyone, kReadData), allow(Who::everyone, kReadData)},
     kOther,
     kReadData,
     0,
     kReadData},
    {"6.2.1 the first entry that has a bit decides it, allowing",
     {allow(Who::everyone, kReadData), deny(Who::everyone, kReadData)},
     kOther,
     kReadData,
     kReadData,
     0},
    {"6.2.1 bits are gathered from several entries",
     {allow(Who::user, kReadData, 0, 12), deny(Who::everyone, kWriteData),
      allow(Who::everyone, ace::kExecute | kWriteData)},
     kOther,
     kReadData | kWriteData | ace::kExecute,
     kReadData | ace::kExecute,
     kWriteData},
    {"6.2.1 entries about others are passed over",
     {deny(Who::user, kReadData, 0, 99), allow(Who::everyone, kReadData)},
     kOther,
     kReadData,
     kReadData,
     0},
    {"6.2.1.1 audit and alarm decide nothing",
     {{AceType::audit, 0, kReadData, Who::everyone, 0}, {AceType::alarm, 0, kReadData, Who::everyone, 0}},
     kOther,
     kReadData,
     0,
     0},
    {"6.2.1.4 entries to be inherited only are passed over",
     {deny(Who::everyone, kReadData, kFileInherit | kInheritOnly), allow(Who::everyone, kReadData)},
     kOther,
     kReadData,
     kReadData,
     0},
    {"6.2.1.4 inheritable entries count",
     {allow(Who::everyone, kReadData, kFileInherit | kDirectoryInherit)},
     kOther,
     kReadData,
     kReadData,
     0},
    {"6.2.1.5 OWNER@ is the owner", {allow(Who::owner, kReadData)}, kTheOwner, kReadData, kReadData, 0},
    {"6.2.1.5 OWNER@ is nobody else", {allow(Who::owner, kReadData)}, kMember, kReadData, 0, 0},
    {"6.2.1.5 GROUP@ by the first group", {allow(Who::group, kReadData)}, kMember, kReadData, kReadData, 0},
    {"6.2.1.5 GROUP@ is not the rest", {allow(Who::group, kReadData)}, kOther, kReadData, 0, 0},
    {"6.2.1.5 EVERYONE@ is the owner too, unlike a mode's class of others",
     {allow(Who::everyone, kReadData)},
     kTheOwner,
     kReadData,
     kReadData,
     0},
    {"6.2.1.5 a user by number", {allow(Who::user, kReadData, 0, 12)}, kOther, kReadData, kReadData, 0},
    {"6.2.1.5 a number of a user is none of a group",
     {allow(Who::group_id, kReadData, 0, 12)},
     kOther,
     kReadData,
     0,
     0},
    {"6.2.1.5 a group by a supplementary one",
     {allow(Who::group_id, kReadData, 0, 32)},
     kInGroups,
     kReadData,
     kReadData,
     0},
    {"6.2.1.5 NETWORK@ is whoever comes over it",
     {allow(Who::network, kReadData)},
     kOther,
     kReadData,
     kReadData,
     0},
    {"6.2.1.5 ANONYMOUS@", {allow(Who::anonymous, kReadData)}, kNobody, kReadData, kReadData, 0},
    {"6.2.1.5 ANONYMOUS@ is nobody that is known",
     {allow(Who::anonymous, kReadData)},
     kOther,
     kReadData,
     0,
     0},
    {"6.2.1.5 AUTHENTICATED@", {allow(Who::authenticated, kReadData)}, kOther, kReadData, kReadData, 0},
    {"6.2.1.5 AUTHENTICATED@ is not the anonymous",
     {allow(Who::authenticated, kReadData)},
     kNobody,
     kReadData,
     0,
     0},
    {"6.2.1.5 who comes over the network is none of these",
     {allow(Who::interactive, kReadData), allow(Who::dialup, kReadData), allow(Who::batch, kReadData),
      allow(Who::service, kReadData)},
     kOther,
     kReadData,
     0,
     0},
    {"6.2.1.3 only what is asked is answered",
     {allow(Who::everyone, kAll)},
     kOther,
     ace::kDelete,
     ace::kDelete,
     0},
};

struct Modes {
  const char* section;
  std::vector<Ace> aces;
  u16 mode;
};
constexpr u32 kRW = kReadData | kWriteData | kAppendData;
const std::vector<Modes> kModes = {
    {"6.3.2 nothing", {}, 0},
    {"6.3.2 three classes",
     {allow(Who::owner, kRW), allow(Who::group, kReadData), allow(Who::everyone, ace::kExecute)},
     0751},
    {"6.3.2 everyone is in every class", {allow(Who::everyone, kReadData)}, 0444},
    {"6.3.2 write takes both rights to write", {allow(Who::everyone, kReadData | kWriteData)}, 0444},
    {"6.3.2 and it does not matter where they come from",
     {allow(Who::owner, kWriteData), allow(Who::everyone, kAppendData)},
     0200},
    {"6.3.2 a denial before takes away",
     {deny(Who::owner, kReadData), allow(Who::everyone, kReadData)},
     0044},
    {"6.3.2 a denial after does not", {allow(Who::owner, kReadData), deny(Who::everyone, kAll)}, 0400},
    {"6.3.2 named users and groups are in no class",
     {allow(Who::user, kRW, 0, kOwner), allow(Who::group_id, kRW, 0, kGroup)},
     0},
    {"6.3.2 nor is what only is inherited", {allow(Who::everyone, kRW, kFileInherit | kInheritOnly)}, 0},
};

// The rules once more, bit by bit, as 6.2.1 tells them.
Verdict by_the_book(const Acl& acl, const Inode& node, const Credential& who, u32 mask) {
  Verdict v;
  for (u32 bit = 1; bit != 0; bit <<= 1) {
    if (!(mask & bit)) continue;
    for (const Ace& a : acl.aces) {
      bool about = false;
      if (a.who == Who::everyone || a.who == Who::network) about = true;
      if (a.who == Who::owner) about = who.uid == node.uid;
      if (a.who == Who::user) about = who.uid == a.id;
      if (a.who == Who::anonymous || a.who == Who::authenticated)
        about = who.anonymous == (a.who == Who::anonymous);
      if (a.who == Who::group || a.who == Who::group_id) {
        u32 gid = a.who == Who::group ? node.gid : a.id;
        about = who.gid == gid || std::count(who.groups.begin(), who.groups.end(), gid) > 0;
      }
      bool decides = a.type == AceType::allow || a.type == AceType::deny;
      if (!about || !decides || !(a.mask & bit) || (a.flags & kInheritOnly)) continue;
      (a.type == AceType::allow ? v.allowed : v.denied) |= bit;
      break;
    }
  }
  return v;
}

Acl random_acl(Random& random, FileType type) {
  Acl acl;
  acl.flags = static_cast<u8>(random.below(8));
  for (u64 n = random.below(12); n > 0; --n) {
    Ace a;
    a.type = static_cast<AceType>(random.below(2));
    a.who = static_cast<Who>(random.below(12));
    a.id = static_cast<u32>(10 + random.below(24));
    a.mask = static_cast<u32>(random.next()) & kAll;
    if (random.below(2)) a.mask &= kReadData | kWriteData | kAppendData | ace::kExecute;
    if (type == FileType::directory) a.flags = static_cast<u16>(random.below(16));
    if (!a.inheritable()) a.flags = 0;
    acl.aces.push_back(a);
  }
  return acl;
}

std::vector<Ace> inherit_only(const Acl& acl) {
  std::vector<Ace> out;
  for (Ace a : acl.aces)
    if (a.inheritable()) {
      a.flags |= kInheritOnly;
      out.push_back(a);
    }
  return out;
}

}  // namespace

TEST_CASE("ACLs are evaluated as RFC 8881 6.2.1 has it") {
  for (const Row& row : kRows) {
    INFO(row.section);
    Verdict v = evaluate(acl_of(row.aces), object(), row.who, row.asked);
    CHECK(v.allowed == row.allowed);
    CHECK(v.denied == row.denied);
  }
}

TEST_CASE("a mode follows from an ACL as RFC 8881 6.3.2 has it") {
  for (const Modes& row : kModes) {
    INFO(row.section);
    CHECK(mode_of(acl_of(row.aces)) == row.mode);
  }
}

TEST_CASE("evaluation agrees with a second reading of the rules on random ACLs") {
  Random random(2024);
  const std::vector<u32> groups{12, 20, 33};
  for (int i = 0; i < 20000; ++i) {
    Acl acl = random_acl(random, i % 2 ? FileType::directory : FileType::regular);
    Credential who{static_cast<u32>(8 + random.below(12)), static_cast<u32>(18 + random.below(4)),
                   random.below(2) ? std::span<const u32>(groups) : std::span<const u32>(),
                   random.below(4) == 0};
    u32 asked = random.below(2) ? kAll : static_cast<u32>(random.next()) & kAll;
    Verdict v = evaluate(acl, object(), who, asked), expected = by_the_book(acl, object(), who, asked);
    REQUIRE(v.allowed == expected.allowed);
    REQUIRE(v.denied == expected.denied);
  }
}

TEST_CASE("a mode applied to any ACL is the mode it makes, and what is inherited stays (RFC 8881 6.4.1.1)") {
  Random random(7);
  constexpr u32 kRights[] = {kReadData, kWriteData, kAppendData, ace::kExecute};
  for (int i = 0; i < 5000; ++i) {
    Acl acl = random_acl(random, FileType::directory);
    const Acl before = acl;
    const u16 mode = static_cast<u16>(random.below(512));
    apply_mode(acl, mode);
    REQUIRE(mode_of(acl) == mode);
    REQUIRE(inherit_only(acl) == inherit_only(before));
    // "entities explicitly listed in the ACL other than OWNER@ and EVERYONE@" have what the group has at most
    for (const Ace& a : acl.aces) {
      if (a.type != AceType::allow || !a.effective() || a.who == Who::owner || a.who == Who::everyone)
        continue;
      for (u32 right : kRights) {
        u32 needed = right == kReadData ? 040 : right == ace::kExecute ? 010 : 020;
        if (!(mode & needed)) REQUIRE_FALSE(a.mask & right);
      }
    }
    // What a mode does not speak of is decided as before.
    for (const Credential& who : {kTheOwner, kMember, kOther, kInGroups, kNobody}) {
      constexpr u32 kOthers = kAll & ~(kReadData | kWriteData | kAppendData | ace::kExecute);
      Verdict a = evaluate(acl, object(), who, kOthers), b = evaluate(before, object(), who, kOthers);
      REQUIRE(a.allowed == b.allowed);
      REQUIRE(a.denied == b.denied);
    }
    const size_t once = acl.aces.size();
    apply_mode(acl, static_cast<u16>(random.below(512)));
    apply_mode(acl, mode);
    REQUIRE(mode_of(acl) == mode);
    REQUIRE(acl.aces.size() <= once + 5);
    REQUIRE(acl.aces.size() <= 2 * before.aces.size() + 5);
    REQUIRE(bool(acl.flags & Acl::kProtected) == bool(before.flags & (Acl::kProtected | Acl::kAutoInherit)));
  }
}

TEST_CASE("the ACL made of a mode makes that mode, and tells the classes apart as POSIX does") {
  for (u16 mode = 0; mode < 01000; ++mode) {
    Acl acl = acl_from_mode(mode, FileType::regular);
    REQUIRE(mode_of(acl) == mode);
    REQUIRE(check_acl(acl, false, FileType::regular) == FsError::ok);
    auto digit = [&](const Credential& who) {
      u32 a = evaluate(acl, object(), who, kAll).allowed;
      return (a & kReadData ? 4 : 0) | (a & kWriteData ? 2 : 0) | (a & ace::kExecute ? 1 : 0);
    };
    REQUIRE(digit(kTheOwner) == (mode >> 6 & 7));
    REQUIRE(digit(kMember) == (mode >> 3 & 7));
    REQUIRE(digit(kOther) == (mode & 7));
  }
  CHECK(acl_from_mode(0644, FileType::regular).flags == Acl::kDefaulted);
}

TEST_CASE("entries are inherited as RFC 8881 6.4.3.1 has it") {
  struct Case {
    const char* what;
    u16 flags;
    std::optional<u16> file, directory;  // the flags of what is inherited
  };
  constexpr u16 kI = kInherited, kF = kFileInherit, kD = kDirectoryInherit, kN = kNoPropagateInherit,
                kO = kInheritOnly;
  const Case cases[] = {
      {"not inheritable", 0, {}, {}},
      {"files", kF, kI, u16(kI | kF | kO)},
      {"files, by directories only handed on", kF | kO, kI, u16(kI | kF | kO)},
      {"directories", kD, {}, u16(kI | kD)},
      {"directories, now effective", kD | kO, {}, u16(kI | kD)},
      {"both", kF | kD, kI, u16(kI | kF | kD)},
      {"both, inherit only", kF | kD | kO, kI, u16(kI | kF | kD)},
      {"files, one level", kF | kN, kI, {}},
      {"directories, one level", kD | kN, {}, kI},
      {"both, one level, inherit only", kF | kD | kN | kO, kI, kI},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Acl parent = acl_of({allow(Who::user, kReadData, c.flags, 5)});
    for (FileType type : {FileType::regular, FileType::directory}) {
      const auto& expected = type == FileType::regular ? c.file : c.directory;
      Acl child = inherited(parent, type);
      CHECK(inherits(parent, type) == expected.has_value());
      REQUIRE(child.aces.size() == (expected ? 1u : 0u));
      if (expected) CHECK(child.aces[0] == allow(Who::user, kReadData, *expected, 5));
    }
  }
  Acl parent = acl_of({allow(Who::everyone, kReadData, kF)});
  CHECK(inherited(parent, FileType::regular).flags == 0);
  parent.flags = Acl::kAutoInherit | Acl::kProtected | Acl::kDefaulted;
  CHECK(inherited(parent, FileType::regular).flags == Acl::kAutoInherit);
}

TEST_CASE("an ACL that cannot be is refused") {
  auto check = [](Ace a, FileType type = FileType::directory, bool sacl = false) {
    return check_acl(acl_of({a}), sacl, type);
  };
  CHECK(check(allow(Who::everyone, kAll)) == FsError::ok);
  CHECK(check(allow(Who::everyone, kAll | 0x800)) == FsError::invalid);
  CHECK(check(allow(Who::everyone, kAll, 0x40)) == FsError::invalid);
  CHECK(check({AceType::audit, 0, kAll, Who::everyone, 0}) == FsError::invalid);
  CHECK(check({AceType::audit, kFailedAccess, kAll, Who::everyone, 0}, FileType::regular, true) ==
        FsError::ok);
  CHECK(check(allow(Who::everyone, kAll), FileType::regular, true) == FsError::invalid);
  CHECK(check(allow(Who::everyone, kAll, kFileInherit), FileType::regular) == FsError::invalid);
  CHECK(check(allow(Who::everyone, kAll, kInheritOnly)) == FsError::invalid);
  Acl many = acl_of(std::vector<Ace>(kMaxAces, allow(Who::everyone, kReadData)));
  CHECK(check_acl(many, false, FileType::regular) == FsError::ok);
  many.aces.push_back(allow(Who::everyone, kReadData));
  CHECK(check_acl(many, false, FileType::regular) == FsError::invalid);
  CHECK(check_acl(Acl{8, {}}, false, FileType::regular) == FsError::invalid);
}

TEST_CASE("one list of both kinds, and back (RFC 8881 6.2.1.4.1)") {
  Ace audit{AceType::audit, kSuccessfulAccess | kInherited, kReadData, Who::everyone, 0};
  Acls acls{acl_of({allow(Who::owner, kAll, kInherited)}), acl_of({audit})};
  std::vector<Ace> list = joined(acls);
  REQUIRE(list.size() == 2);
  CHECK(list[0].type == AceType::audit);
  CHECK(list[0].flags == kSuccessfulAccess);
  CHECK(list[1].flags == 0);
  std::vector<Ace> mixed{list[1], list[0], deny(Who::group, ace::kDelete)};
  Acls again = split(mixed);
  CHECK(again.dacl.aces == std::vector<Ace>{list[1], mixed[2]});
  CHECK(again.sacl.aces == std::vector<Ace>{list[0]});
}

}  // namespace dfs::fs
