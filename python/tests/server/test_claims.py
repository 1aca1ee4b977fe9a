"""The table of claims alone (dittofs.claims): its rules as they are, and its ranges against a map of bytes."""

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dittofs.claims import (
    END, CachingGrant, ChangeAccess, ClaimTable, DirectoryAccess, DirectoryChanges, LockAccess, LockQueue, OpenAccess, Owner,
    ReadAccess, RemoveAccess, Rights, UnlinkAccess, WriteAccess,
)  # fmt: skip
from dittofs.clock import Clock

READ = CachingGrant(read=True)
WRITE = CachingGrant(read=True, write=True)


@pytest.fixture
def a():
    return Owner("a", client=1)


@pytest.fixture
def b():
    return Owner("b", client=2)


@pytest.fixture
def file():
    return ClaimTable()


def test_nothing_is_in_the_way_of_an_unclaimed_file(file, a):
    for access in (ReadAccess(), WriteAccess(), LockAccess(), OpenAccess(7, 7), RemoveAccess(), UnlinkAccess(), ChangeAccess()):
        assert file.judge(a, access).proceeds


def test_what_is_denied_is_refused_with_its_holder(file, a, b):
    file.set_share(a, access=Rights.READ, deny=Rights.WRITE)
    verdict = file.judge(b, OpenAccess(Rights.WRITE))
    assert (verdict.kind, verdict.holder, verdict.range, verdict.recalls) == ("refuse", a, None, [])
    assert file.judge(b, OpenAccess(Rights.READ)).proceeds
    assert not file.judge(b, OpenAccess(Rights.READ, deny=Rights.READ)).proceeds
    assert file.judge(a, OpenAccess(Rights.WRITE)).kind == "refuse"  # RFC 7530 9.9: its own opens too
    assert file.shares == [(a, Rights.READ, Rights.WRITE)]
    assert file.drop_share(a) and not file.drop_share(a) and file.judge(b, OpenAccess(Rights.WRITE)).proceeds


def test_a_lock_splits_and_joins(file, a, b):
    file.lock(a, 0, 99)
    assert file.unlock(a, 40, 59)
    assert [(r.first, r.last) for r in file.ranges] == [(0, 39), (60, 99)]
    verdict = file.judge(b, LockAccess(30, 70, exclusive=False))
    assert verdict.kind == "refuse" and verdict.range == (a, 0, 39, True, False)
    assert file.judge(b, LockAccess(40, 59)).proceeds
    file.lock(a, 40, 59)
    assert [(r.first, r.last) for r in file.ranges] == [(0, 99)]
    file.lock(a, 50, exclusive=False)  # to the end
    assert [(r.first, r.last, r.exclusive) for r in file.ranges] == [(0, 49, True), (50, END, False)]


def test_advisory_locks_bind_locks_and_mandatory_ones_reads_and_writes(file, a, b):
    file.lock(a, 0, 9)
    assert file.judge(b, WriteAccess(0, 9)).proceeds
    file.lock(a, 0, 9, mandatory=True)
    assert file.judge(b, ReadAccess(9, 20)).range.mandatory and file.judge(b, ReadAccess(10, 20)).proceeds


def test_a_grant_is_recalled_before_anything_is_said(file, a, b):
    file.set_share(a, Rights.READ, deny=Rights.WRITE)
    d = file.grant(a, READ)
    assert file.judge(b, OpenAccess(Rights.WRITE)) == ("recall", None, None, [d])
    assert file.judge(b, OpenAccess(Rights.READ)).proceeds
    assert file.judge(Owner("another of a's", client=1), ChangeAccess()).proceeds
    assert file.take_back(d) and not file.take_back(d)
    assert file.judge(b, OpenAccess(Rights.WRITE)).kind == "refuse"


def test_who_may_be_granted_what(file, a, b):
    assert file.may_grant(a, WRITE)
    with file.change(b):
        assert not file.may_grant(a, READ) and file.may_grant(b, READ)
    file.set_share(b, Rights.READ)
    assert file.may_grant(a, READ) and not file.may_grant(a, WRITE)
    file.grant(b, READ)
    assert file.may_grant(a, READ) and [g.owner for g in file.grants] == [b]


def test_a_change_ends_once(file, a):
    change = file.change(a)
    with change, pytest.raises(RuntimeError, match="under way already"), change:
        pass
    with pytest.raises(RuntimeError, match="not under way"):
        change.__exit__()


def test_a_directory_tells_some_changes_afterwards(file, a, b):
    d = file.grant(a, CachingGrant(directory=True, told=DirectoryChanges.ENTRY_ADDED))
    assert file.judge(b, DirectoryAccess(DirectoryChanges.ENTRY_ADDED)).proceeds
    assert file.judge(b, DirectoryAccess(DirectoryChanges.ENTRY_REMOVED)).recalls == [d]


def test_a_range_ends_behind_its_beginning(file, a):
    with pytest.raises(ValueError, match="behind the last"):
        file.lock(a, 5, 4)
    with pytest.raises(ValueError, match="behind the last"):
        LockAccess(5, 4)
    assert file.ranges == []


def test_the_table_keeps_its_owners_as_long_as_their_claims(file):
    file.lock(Owner("gone from here"), 0, 9)
    gc.collect()
    (lock,) = file.ranges
    assert lock.owner.name == "gone from here" and lock.owner == file.ranges[0].owner
    assert lock.owner != Owner("gone from here")
    assert file.unlock(lock.owner) and file.ranges == []


def test_a_verdict_outlives_its_table(b):
    file = ClaimTable()
    file.lock(Owner("a"))
    verdict = file.judge(b, LockAccess())
    del file
    gc.collect()
    assert verdict.holder.name == "a" and verdict.range.owner == verdict.holder


def test_who_waits_gets_its_turn(file, a, b):
    clock = Clock(manual=True)
    queue = LockQueue(clock, lease=90)
    c = Owner("c", client=3)
    file.lock(a, 0, 9)
    assert queue.wait(b, 0, 9) and queue.wait(c, 5, 20)
    assert queue.ahead_of(c, 5, 20) == b and queue.ahead_of(b, 0, 9) is None and queue.ahead_of(a, 100, 200) is None
    assert queue.take_ready(file) == []
    file.unlock(a)
    clock.advance(10)
    (ready,) = queue.take_ready(file)
    assert ready.owner == b and ready.told and ready.until == pytest.approx(clock.now + 90)
    clock.advance(80)
    assert [w.owner for w in queue.take_late()] == [c]
    assert [w.owner for w in queue.leave(b, 3, 3)] == [b] and queue.waiters == []


OWNERS = [Owner(str(i), client=i // 2) for i in range(3)]
BYTES = [*range(12), *range(END - 11, END + 1)]  # both ends of the number line
HALF = len(BYTES) // 2


@st.composite
def steps(draw):
    """(owner, first, last as indexes of BYTES, None to unlock or whether it is exclusive), within one half."""
    half = draw(st.integers(0, 1)) * HALF
    ends = sorted(draw(st.tuples(st.integers(0, HALF - 1), st.integers(0, HALF - 1))))
    return draw(st.integers(0, 2)), half + ends[0], half + ends[1], draw(st.sampled_from([None, False, True]))


@settings(max_examples=200, deadline=None)
@given(st.lists(steps(), max_size=40))
def test_ranges_are_what_a_map_of_bytes_would_be(todo):
    """Whatever is locked, unlocked, up- and downgraded: each owner holds what a map of its bytes says, in as few ranges as
    there can be, in order; and judge() refuses exactly what conflicts."""
    file = ClaimTable()
    held = [[None] * len(BYTES) for _ in OWNERS]  # None, False (shared) or True
    for who, first, last, exclusive in todo:
        owner, span = OWNERS[who], range(first, last + 1)
        if exclusive is None:
            assert file.unlock(owner, BYTES[first], BYTES[last]) == any(held[who][i] is not None for i in span)
        else:
            others = {held[o][i] for o in range(len(OWNERS)) if o != who for i in span}
            free = others <= {None} or (not exclusive and others <= {None, False})
            assert file.judge(owner, LockAccess(BYTES[first], BYTES[last], exclusive)).proceeds == free
            if not free:
                continue
            file.lock(owner, BYTES[first], BYTES[last], exclusive)
        held[who][first : last + 1] = [exclusive] * len(span)
        assert sorted((r.first, r.last, r.exclusive, int(r.owner.name)) for r in file.ranges) == sorted(ranges_of(held))
        assert [r.first for r in file.ranges] == sorted(r.first for r in file.ranges)


def ranges_of(held):
    """The fewest ranges that say the same as the maps."""
    for who, of in enumerate(held):
        start = 0
        for i in range(1, len(of) + 1):
            if i == len(of) or of[i] != of[start] or BYTES[i] != BYTES[i - 1] + 1:
                if of[start] is not None:
                    yield BYTES[start], BYTES[i - 1], of[start], who
                start = i
