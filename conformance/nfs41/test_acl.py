"""ACLs: set and read, dacl and sacl, and first-match evaluation (RFC 8881 6.2). Inheritance and modes have files of their own."""

import pytest

from conformance.nfs41.acls import (
    BASIC, CHILDREN, CONTROL, DIRECTORY_ACCESS, EVERYONE, EXECUTE, FILE_ACCESS, GROUP, OWNER, READ, WRITE, acl, allow, deny,
    granted, need_acls,
)  # fmt: skip
from conformance.nfs41.checks import new_file
from dittofs.nfs4 import (
    ACE4_APPEND_DATA, ACE4_IDENTIFIER_GROUP, ACE4_INHERIT_ONLY_ACE, ACE4_FILE_INHERIT_ACE, ACE4_SYSTEM_AUDIT_ACE_TYPE,
    ACE4_WRITE_ACL, ACE4_WRITE_ATTRIBUTES, ACE4_WRITE_DATA, NFS4ERR, create, names, nfsace4, nfsacl41, op,
)  # fmt: skip
from dittofs.rpc import accept_stat
from dittofs.testing.markers import covers, meets

ALL = READ | WRITE | EXECUTE


@pytest.fixture(autouse=True)
def supported(nfs41, home):
    need_acls(nfs41, home)


@pytest.fixture
def mine(alice, home):
    """A file of alice's and of her group."""
    return new_file(alice, home, "mine")


@pytest.fixture
def who(nfs41, alice, bob, carol, home):
    """What the server calls users and groups: who["bob"], who["alice's group"]."""
    found = {}
    for name, c in (("bob", bob), ("carol", carol)):
        found[name] = nfs41.getattr(new_file(c, home, f"of {name}"), "owner").owner
    a = nfs41.getattr(new_file(alice, home, "of alice"), "owner", "owner_group")
    found["alice"], found["alice's group"] = a.owner, a.owner_group
    return found


def of(who, aces):
    """ACEs with names of users in the place of bob, carol, alice and alice's group."""
    return [nfsace4(a.type, a.flag, a.access_mask, who.get(a.who, a.who)) for a in aces]


# --- set and read --------------------------------------------------------------------------------------------------

SIMPLE = [
    [allow(EVERYONE, READ | BASIC)],
    [allow(OWNER, ALL | BASIC | CONTROL), allow(GROUP, READ | BASIC), deny(EVERYONE, WRITE), allow(EVERYONE, READ | BASIC)],
    [deny("bob", READ), allow("carol", READ | WRITE), allow(EVERYONE, READ | BASIC)],
    [allow("alice's group", READ, ACE4_IDENTIFIER_GROUP), allow(EVERYONE, BASIC)],
]


def shape(aces):
    """Kind and subject of each; of the special identifiers ACE4_IDENTIFIER_GROUP says nothing (6.2.1.4.1)."""
    return [(a.type, 0 if a.who.endswith("@") else a.flag & ACE4_IDENTIFIER_GROUP, a.who) for a in aces]


@pytest.mark.parametrize("aces", SIMPLE, ids=["one", "three kinds", "users", "a group"])
@covers("RFC8881 6.2.1", "an ACL that is set reads back with its ACEs in their order; acl and dacl say the same")
@meets("7530-6.2.1-2")
def test_set_and_get(alice, who, mine, aces):
    aces = of(who, aces)
    r = alice.setattr(mine, acl=aces)
    assert names(r.setattr.attrsset) == {"acl"}
    found = acl(alice, mine)
    assert shape(found) == shape(aces) == shape(alice.getattr(mine, "dacl").get("dacl", nfsacl41(0, found)).na41_aces)
    for ace, back in zip(aces, found):
        assert back.access_mask & ace.access_mask == ace.access_mask


@covers("RFC8881 6.2.2", "dacl is the ACEs of acl that allow and deny; setting it is setting them")
@meets("8881-6.2.2-1")
def test_dacl(alice, mine):
    if "dacl" not in names(alice.getattr(mine, "supported_attrs").supported_attrs):
        pytest.skip("the server does not support dacl")
    aces = [deny(EVERYONE, WRITE), allow(EVERYONE, READ | BASIC), allow(OWNER, CONTROL)]
    alice.setattr(mine, acl=aces)
    assert shape(alice.getattr(mine, "dacl").dacl.na41_aces) == shape(acl(alice, mine))
    alice.setattr(mine, dacl=nfsacl41(0, aces[1:]))
    assert shape(acl(alice, mine)) == shape(aces[1:])


@covers("RFC8881 6.2.2", "NFS4ERR_INVAL: an audit or alarm ACE in dacl, one that allows or denies in sacl")
@meets("8881-6.2.2-1")
def test_wrong_kind(nfs41, mine):
    have = names(nfs41.getattr(mine, "supported_attrs").supported_attrs)
    audit = nfsace4(ACE4_SYSTEM_AUDIT_ACE_TYPE, 0x10, READ, EVERYONE)
    if "dacl" in have:
        attempt = op.setattr(dacl=nfsacl41(0, [audit])).fails(NFS4ERR.INVAL, NFS4ERR.ATTRNOTSUPP)
        nfs41.compound(op.putfh(mine), attempt)
    if "sacl" in have:
        nfs41.compound(op.putfh(mine), op.setattr(sacl=nfsacl41(0, [allow(EVERYONE, READ)])).fails(NFS4ERR.INVAL))


@covers("RFC8881 6.2.3", "sacl is the ACEs of acl that audit and alarm; setting dacl leaves it")
@meets("8881-6.2.2-1")
def test_sacl(nfs41, mine):
    if "sacl" not in names(nfs41.getattr(mine, "supported_attrs").supported_attrs):
        pytest.skip("the server does not support sacl")
    audit = nfsace4(ACE4_SYSTEM_AUDIT_ACE_TYPE, 0x10, READ, EVERYONE)
    nfs41.setattr(mine, sacl=nfsacl41(0, [audit]))
    nfs41.setattr(mine, dacl=nfsacl41(0, [allow(EVERYONE, READ)]))
    assert shape(nfs41.getattr(mine, "sacl").sacl.na41_aces) == shape([audit])
    assert audit.type in {a.type for a in acl(nfs41, mine)}


@pytest.mark.parametrize("type", [4, 255, 2**32 - 1], ids=hex)
@covers("RFC8881 6.2.1.1", "NFS4ERR_ATTRNOTSUPP or NFS4ERR_INVAL: a type of ACE that there is not; nothing is set")
@meets("7530-6.2.1.1-1", "8881-6.2.1.1-1")
def test_unknown_type(alice, mine, type):
    before = acl(alice, mine)
    attempt = op.setattr(acl=[nfsace4(type, 0, READ, EVERYONE)])
    alice.compound(op.putfh(mine), attempt, fails=(NFS4ERR.ATTRNOTSUPP, NFS4ERR.INVAL, NFS4ERR.BADXDR, accept_stat.GARBAGE_ARGS))
    assert acl(alice, mine) == before


@pytest.mark.parametrize("who_", ["nobody here@example.invalid", "", "@", "\xff"])
@covers("RFC8881 15.1.15.2", "NFS4ERR_BADOWNER: somebody whom the server does not know")
@meets("8881-5.9-1")
def test_unknown_who(alice, mine, who_):
    attempt = op.setattr(acl=[allow(who_, READ)])
    alice.compound(op.putfh(mine), attempt.fails(NFS4ERR.BADOWNER, NFS4ERR.INVAL, NFS4ERR.BADCHAR))


@covers("RFC8881 6.2.1.5", "the special identifiers that there are are taken, or NFS4ERR_BADOWNER")
def test_special_who(alice, mine):
    for special in ("INTERACTIVE@", "NETWORK@", "DIALUP@", "BATCH@", "ANONYMOUS@", "AUTHENTICATED@", "SERVICE@"):
        alice.compound(op.putfh(mine), op.setattr(acl=[allow(special, READ)]).may_fail(NFS4ERR.BADOWNER))


@covers("RFC8881 18.30.3", "NFS4ERR_PERM: somebody else's ACL; root's and the owner's business it is")
def test_permission(nfs41, bob, mine):
    bob.compound(op.putfh(mine), op.setattr(acl=[allow(EVERYONE, ALL)]).fails(NFS4ERR.PERM, NFS4ERR.ACCESS))
    nfs41.setattr(mine, acl=[allow(EVERYONE, ALL)])


@covers("RFC8881 6.2.1.3.1", "ACE4_WRITE_ACL lets another than the owner set the ACL")
def test_write_acl(alice, bob, who, mine):
    alice.setattr(mine, acl=of(who, [allow("bob", ACE4_WRITE_ACL), allow(OWNER, ALL | CONTROL | BASIC)]))
    bob.setattr(mine, acl=of(who, [allow("bob", ALL | CONTROL)]))
    assert granted(bob, mine, FILE_ACCESS) == ALL


@covers("RFC8881 6.2.1.3.1", "ACE4_WRITE_ATTRIBUTES lets another than the owner set times")
def test_write_attributes(alice, bob, who, mine):
    bob.compound(op.putfh(mine), op.setattr(time_modify_set=(1000, 0)).fails(NFS4ERR.PERM, NFS4ERR.ACCESS))
    alice.setattr(mine, acl=of(who, [allow("bob", ACE4_WRITE_ATTRIBUTES), allow(OWNER, ALL | CONTROL | BASIC)]))
    bob.setattr(mine, time_modify_set=(1000, 0))
    assert alice.getattr(mine, "time_modify").time_modify.seconds == 1000


@covers("RFC8881 6.2.1", "many ACEs, or a refusal that says what it is")
def test_many(alice, mine):
    aces = [allow(str(n), READ) for n in range(2000, 2100)]
    refused = (NFS4ERR.NOSPC, NFS4ERR.FBIG, NFS4ERR.INVAL, NFS4ERR.ATTRNOTSUPP, NFS4ERR.BADOWNER)
    r = alice.compound(op.putfh(mine), op.setattr(acl=aces).may_fail(*refused))
    if r.status == 0:
        assert len(acl(alice, mine)) >= 100


# --- evaluation ----------------------------------------------------------------------------------------------------

# The ACL of a file of alice's; and what root's friends may: of alice, of bob, and of carol, who is in alice's group.
EVALUATION = {
    "nothing for nobody": ([], 0, 0, 0),
    "everyone": ([allow(EVERYONE, READ)], READ, READ, READ),
    "owner": ([allow(OWNER, ALL)], ALL, 0, 0),
    "group": ([allow(GROUP, READ)], READ, 0, READ),
    "a user": ([allow("bob", READ)], 0, READ, 0),
    "a group": ([allow("alice's group", WRITE, ACE4_IDENTIFIER_GROUP)], WRITE, 0, WRITE),
    "first denied, then allowed": ([deny("bob", READ), allow(EVERYONE, READ)], READ, 0, READ),
    "first allowed, then denied": ([allow(EVERYONE, READ), deny("bob", READ)], READ, READ, READ),
    "a part is denied": ([deny("bob", WRITE), allow("bob", ALL)], 0, READ | EXECUTE, 0),
    "bits from several": ([allow("bob", READ), allow(EVERYONE, EXECUTE), allow("bob", WRITE)], EXECUTE, ALL, EXECUTE),
    "the group is denied": ([deny(GROUP, READ), allow(EVERYONE, READ)], 0, READ, 0),
    "the owner before the group": ([allow(OWNER, READ), deny(GROUP, READ), allow(EVERYONE, READ)], READ, READ, 0),
    "everyone denied in the middle": ([allow("carol", READ), deny(EVERYONE, READ), allow(OWNER, READ)], 0, 0, READ),
    "inherit only": ([allow(EVERYONE, ALL, ACE4_INHERIT_ONLY_ACE | ACE4_FILE_INHERIT_ACE), allow("bob", READ)], 0, READ, 0),
    "deny of what is allowed before": ([allow("bob", WRITE), deny("bob", ALL), allow(EVERYONE, ALL)], ALL, WRITE, ALL),
    "appending only": ([allow("bob", ACE4_APPEND_DATA)], 0, ACE4_APPEND_DATA, 0),
    # Writing at any offset makes the file grow as well (6.2.1.3.1).
    "writing only": ([allow("bob", ACE4_WRITE_DATA)], 0, WRITE, 0),
}


@pytest.mark.parametrize("case", EVALUATION)
@covers("RFC8881 6.2.1", "ACEs are evaluated in their order; each bit is decided by the first that has it; the rest is denied")
@meets("7530-6.2.1-1", "7530-6.2.1.3.1-1", "8881-6.2.1-1", "8881-6.2.1.3.1-1")
def test_evaluation(nfs41, alice, bob, carol, who, mine, case):
    aces, *expected = EVALUATION[case]
    r = nfs41.compound(op.putfh(mine), op.setattr(acl=of(who, aces)).may_fail(NFS4ERR.INVAL, NFS4ERR.ATTRNOTSUPP))
    if r.status == 0:
        assert [granted(c, mine, FILE_ACCESS) for c in (alice, bob, carol)] == expected


@covers("RFC8881 6.2.1.3", "what ACCESS says is what OPEN, READ and WRITE do")
@meets("8881-6.2.1-1", "8881-18.1.3-1")
def test_enforced(alice, bob, who, home, mine):
    alice.setattr(mine, acl=of(who, [deny("bob", WRITE), allow(EVERYONE, READ | WRITE | BASIC), allow(OWNER, CONTROL)]))
    bob.compound(op.putfh(home), op.open("mine", share_access=2).fails(NFS4ERR.ACCESS))
    bob.close(bob.open(home, "mine", share_access=1))
    bob.compound(op.putfh(mine), op.write(op.ANONYMOUS, 0, b"x").fails(NFS4ERR.ACCESS))
    bob.read(mine)


@covers("RFC8881 6.2.1.5", "OWNER@ is who owns the file now")
def test_owner_moves(nfs41, alice, bob, who, mine):
    nfs41.setattr(mine, acl=[allow(OWNER, READ | WRITE)])
    assert (granted(alice, mine, FILE_ACCESS), granted(bob, mine, FILE_ACCESS)) == (READ | WRITE, 0)
    nfs41.setattr(mine, owner=who["bob"])
    assert (granted(alice, mine, FILE_ACCESS), granted(bob, mine, FILE_ACCESS)) == (0, READ | WRITE)


@pytest.mark.parametrize("flag", [0, ACE4_IDENTIFIER_GROUP], ids=["a user", "a group"])
@covers("RFC8881 6.2.1.5", "the special identifiers are what they are, whether ACE4_IDENTIFIER_GROUP is set or not")
@meets("7530-6.2.1.5-1", "8881-6.2.1.5-1")
def test_special_group(nfs41, alice, bob, carol, who, mine, flag):
    aces = [allow(OWNER, ALL, flag), allow(GROUP, READ, flag), deny(EVERYONE, READ, flag), allow(EVERYONE, EXECUTE, flag)]
    nfs41.setattr(mine, acl=aces)
    assert [granted(c, mine, FILE_ACCESS) for c in (alice, carol, bob)] == [ALL, READ | EXECUTE, EXECUTE]
    assert nfs41.getattr(mine, "mode").mode == 0o751


@covers("RFC8881 6.2.1.3.1", "a directory: list, search, add files, add directories and delete are asked one by one")
def test_directory(nfs41, bob, who, subdir):
    new_file(nfs41, subdir, "there")
    nfs41.setattr(subdir, acl=of(who, [allow("bob", READ | EXECUTE | BASIC)]))
    assert granted(bob, subdir, DIRECTORY_ACCESS) == READ | EXECUTE
    bob.compound(op.putfh(subdir), op.readdir(), op.lookup("there"))
    bob.compound(op.putfh(subdir), op.open("f", create(mode=0o666)).fails(NFS4ERR.ACCESS))
    bob.compound(op.putfh(subdir), op.create(2, "d").fails(NFS4ERR.ACCESS))
    bob.compound(op.putfh(subdir), op.remove("there").fails(NFS4ERR.ACCESS))
    nfs41.setattr(subdir, acl=of(who, [allow("bob", EXECUTE | ACE4_WRITE_DATA)]))
    bob.close(bob.open(subdir, "f", create(mode=0o666)))
    bob.compound(op.putfh(subdir), op.readdir().fails(NFS4ERR.ACCESS))
    bob.compound(op.putfh(subdir), op.create(2, "d").fails(NFS4ERR.ACCESS))
    nfs41.setattr(subdir, acl=of(who, [allow("bob", EXECUTE | ACE4_APPEND_DATA)]))
    bob.mkdir(subdir, "d")
    bob.compound(op.putfh(subdir), op.open("g", create(mode=0o666)).fails(NFS4ERR.ACCESS))


@covers("RFC8881 6.2.1.3.2", "ACE4_DELETE_CHILD of the directory is enough to remove what is in it")
@meets("7530-6.2.1.3.2-1", "8881-6.2.1.3.2-1")
def test_delete_child(nfs41, bob, who, subdir):
    new_file(nfs41, subdir, "there")
    nfs41.setattr(subdir, acl=of(who, [allow("bob", EXECUTE | CHILDREN)]))
    bob.remove(subdir, "there")


@covers("RFC8881 6.2.1.3.1", "a directory that may not be searched hides what is in it")
def test_search(nfs41, bob, who, subdir):
    new_file(nfs41, subdir, "there")
    nfs41.setattr(subdir, acl=of(who, [deny("bob", EXECUTE), allow(EVERYONE, READ | EXECUTE | BASIC)]))
    bob.compound(op.putfh(subdir), op.lookup("there").fails(NFS4ERR.ACCESS))
    bob.compound(op.putfh(subdir), op.readdir())
