"""Mode and ACL in step: RFC 8881 6.3.2, 6.4.1, 6.4.2."""

import pytest

from conformance.nfs41.acls import (
    BASIC, CONTROL, EVERYONE, EXECUTE, FILE_ACCESS, GROUP, OWNER, READ, WRITE, acl, allow, deny, granted, need_acls,
)  # fmt: skip
from conformance.nfs41.checks import change, new_file
from dittofs.nfs4 import create, names, nfsacl41
from dittofs.testing.markers import covers, meets

MODES = [0o000, 0o400, 0o600, 0o640, 0o644, 0o664, 0o666, 0o700, 0o750, 0o755, 0o777, 0o044, 0o007, 0o070]


@pytest.fixture(autouse=True)
def supported(nfs41, home):
    need_acls(nfs41, home)


@pytest.fixture
def mine(alice, home):
    """A file of alice's, mode 0666."""
    return new_file(alice, home, "mine")


def bits(mode, shift):
    part = mode >> shift & 7
    return (READ if part & 4 else 0) | (WRITE if part & 2 else 0) | (EXECUTE if part & 1 else 0)


@pytest.mark.parametrize("mode", MODES, ids=oct)
@covers("RFC8881 6.4.1.1", "a mode that is set is what ACCESS grants to the owner, to the group and to others")
@meets("7530-6.2.1.3.1-1", "7530-6.4.1-1", "8881-6.2.1.3.1-1", "8881-6.4.1.1-1")
def test_mode(alice, bob, carol, mine, mode):
    alice.setattr(mine, mode=mode)
    assert alice.getattr(mine, "mode").mode == mode
    assert [granted(c, mine, FILE_ACCESS) for c in (alice, carol, bob)] == [bits(mode, 6), bits(mode, 3), bits(mode, 0)]


@pytest.mark.parametrize("mode", MODES, ids=oct)
@covers("RFC8881 6.3.2", "the ACL of a file with a mode alone: set as it reads, the mode and what it grants are the same")
def test_acl_of_mode(alice, bob, carol, mine, mode):
    alice.setattr(mine, mode=mode)
    alice.setattr(mine, acl=acl(alice, mine))
    assert alice.getattr(mine, "mode").mode == mode
    assert [granted(c, mine, FILE_ACCESS) for c in (alice, carol, bob)] == [bits(mode, 6), bits(mode, 3), bits(mode, 0)]


COMPUTED = {
    "everyone": ([allow(EVERYONE, READ | BASIC)], 0o444),
    "three kinds": ([allow(OWNER, READ | WRITE), allow(GROUP, READ), deny(EVERYONE, WRITE), allow(EVERYONE, EXECUTE)], 0o751),
    "denied first": ([deny(EVERYONE, WRITE), allow(EVERYONE, READ | WRITE)], 0o444),
    "the owner before others": ([allow(OWNER, READ | WRITE), deny(EVERYONE, WRITE), allow(EVERYONE, READ | WRITE)], 0o644),
    "the group denied": ([deny(GROUP, READ), allow(EVERYONE, READ)], 0o404),
    "nobody": ([deny(EVERYONE, READ | WRITE | EXECUTE)], 0o000),
    "all": ([allow(EVERYONE, READ | WRITE | EXECUTE)], 0o777),
}


@pytest.mark.parametrize("case", COMPUTED)
@covers("RFC8881 6.3.2", "the mode of an ACL, from its ACEs for OWNER@, GROUP@ and EVERYONE@")
@meets("7530-6.3.2-1", "7530-6.4.1-2", "8881-6.3.2-1", "8881-6.4.1.2-1")
def test_computed(nfs41, mine, case):
    aces, mode = COMPUTED[case]
    nfs41.setattr(mine, acl=aces)
    assert nfs41.getattr(mine, "mode").mode & 0o777 == mode


@covers("RFC8881 6.3.2.1", "ACEs for users do not show in the mode of others and of the owner")
@meets("8881-6.3.2-1")
def test_named_users(nfs41, bob, home, mine):
    theirs = nfs41.getattr(new_file(bob, home, "theirs"), "owner").owner
    nfs41.setattr(mine, acl=[allow(theirs, READ | WRITE), allow(OWNER, READ)])
    mode = nfs41.getattr(mine, "mode").mode
    assert (mode & 0o700, mode & 0o007) == (0o400, 0)


@covers("RFC8881 6.4.1.2", "setting an ACL leaves set-id and sticky bits")
@meets("7530-6.4.1-2", "8881-6.4.1.2-1")
def test_high_bits(alice, mine):
    alice.setattr(mine, mode=0o1644)
    before = alice.getattr(mine, "mode").mode & 0o7000
    alice.setattr(mine, acl=[allow(OWNER, READ | WRITE | CONTROL), allow(EVERYONE, READ)])
    assert alice.getattr(mine, "mode").mode & 0o7000 == before


@covers("RFC8881 6.4.1.1", "a mode set after an ACL: the mode is what was set; an ACE for a user should not grant what the group may not")
@meets("7530-6.4.1-1", "8881-6.4.1.1-1")
def test_mode_after_acl(nfs41, alice, bob, home, mine):
    theirs = nfs41.getattr(new_file(bob, home, "theirs"), "owner").owner
    nfs41.setattr(mine, acl=[allow(theirs, READ | WRITE), allow(OWNER, READ | WRITE), allow(EVERYONE, READ)])
    nfs41.setattr(mine, mode=0o600)
    assert nfs41.getattr(mine, "mode").mode == 0o600
    assert (granted(alice, mine, FILE_ACCESS), granted(bob, mine, FILE_ACCESS)) == (READ | WRITE, 0)


@covers("RFC8881 6.4.1.1", "the same mode again, after an ACL, does what setting it does")
def test_same_mode_again(nfs41, alice, bob, mine):
    nfs41.setattr(mine, acl=[allow(OWNER, READ | WRITE), allow(EVERYONE, READ)])
    mode = nfs41.getattr(mine, "mode").mode
    nfs41.setattr(mine, mode=mode)
    assert nfs41.getattr(mine, "mode").mode == mode
    assert [granted(c, mine, FILE_ACCESS) for c in (alice, bob)] == [bits(mode, 6), bits(mode, 0)]


@covers("RFC8881 6.4.1.3", "mode and ACL in one SETATTR: the ACL is what counts for the nine bits, the mode for the other three")
@meets("7530-6.4.1.3-1", "8881-6.4.1.3-1")
def test_both(alice, mine):
    r = alice.setattr(mine, mode=0o1777, acl=[allow(OWNER, READ | WRITE | CONTROL), allow(EVERYONE, READ)])
    assert names(r.setattr.attrsset) == {"mode", "acl"}
    found = alice.getattr(mine, "mode").mode
    assert found & 0o777 == 0o644


@covers("RFC8881 6.4.3", "a file made with an ACL has that ACL")
def test_created_with_acl(alice, bob, carol, home):
    made = alice.open(home, "f", create(acl=[allow(OWNER, READ | WRITE | CONTROL), allow(GROUP, READ)]))
    assert [granted(c, made.fh, FILE_ACCESS) for c in (alice, bob, carol)] == [READ | WRITE, 0, READ]
    assert alice.getattr(made.fh, "mode").mode & 0o777 == 0o640


@covers("RFC8881 5.8.1.4", "an ACL that is set changes the change attribute and time_metadata")
@meets("8881-5.8.1.4-1")
def test_change(alice, mine):
    before = change(alice, mine), alice.getattr(mine, "time_metadata").time_metadata
    alice.setattr(mine, acl=[allow(OWNER, READ | CONTROL)])
    after = change(alice, mine), alice.getattr(mine, "time_metadata").time_metadata
    assert after[0] != before[0] and (after[1].seconds, after[1].nseconds) >= (before[1].seconds, before[1].nseconds)


@covers("RFC8881 6.2.2", "an ACL set as dacl gives the same mode")
def test_dacl(alice, mine):
    if "dacl" not in names(alice.getattr(mine, "supported_attrs").supported_attrs):
        pytest.skip("the server does not support dacl")
    alice.setattr(mine, dacl=nfsacl41(0, [allow(OWNER, READ | WRITE | CONTROL), allow(EVERYONE, READ)]))
    assert alice.getattr(mine, "mode").mode == 0o644
