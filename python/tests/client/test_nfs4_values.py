"""NFSv4 operations, attributes and stateids as values."""

import pytest

from dittofs import nfs4, wire
from dittofs.nfs4 import NFS4ERR, SET_TO_SERVER_TIME4, Words, attributes, bitmap, create, fattr, names, nfstime4, op
from dittofs.wire import nfs4 as w


def test_operations_are_values():
    assert op.lookup("x") == op.lookup("x") != op.lookup("y")
    assert len({op.lookup("x"), op.lookup("x"), op.getfh()}) == 2
    assert op.lookup("x").fails(NFS4ERR.NOENT) != op.lookup("x")
    with pytest.raises(AttributeError):
        op.lookup("x").opnum = 3


def test_they_print_as_they_are_written():
    assert str(op.lookup("x").fails(NFS4ERR.NOENT)) == "op.lookup(objname='x').fails(NFS4ERR_NOENT)"
    assert str(op.getfh().may_fail(NFS4ERR.STALE)) == "op.getfh().may_fail(NFS4ERR_STALE)"
    assert str(op.lookup("x").fails(...)) == "op.lookup(objname='x').fails(...)"


def test_there_is_a_builder_for_every_operation():
    assert {row.name.lower() for row in w.nfs_argop4_ops} <= set(vars(op))
    assert all(getattr(op, row.name.lower()).opnum == row.op for row in w.nfs_argop4_ops)


def test_bytes_on_the_wire():
    assert op.putrootfh().bytes == bytes.fromhex("00000018")
    assert op.lookup("ab").bytes == bytes.fromhex("0000000f 00000002 61620000")
    assert op.raw(4711, b"\1\2\3\4").bytes == bytes.fromhex("00001267 01020304")


def test_fields_can_be_overwritten():
    assert op.lookup("ab").patch({"len(objname)": -1}).bytes == bytes.fromhex("0000000f ffffffff 61620000")
    assert op.read(count=1).but(count=9).args.count == 9


def test_a_path():
    assert op.path("/export/a/") == (op.putrootfh(), op.lookup("export"), op.lookup("a"))


def test_lock_wants_one_of_two_stateids():
    s = nfs4.stateid4(1, b"x" * 12)
    assert op.lock(w.READ_LT, 0, 1, open_stateid=s).args.locker.new_lock_owner
    assert not op.lock(w.READ_LT, 0, 1, lock_stateid=s).args.locker.new_lock_owner
    with pytest.raises(TypeError):
        op.lock(w.READ_LT, 0, 1)


def test_bitmaps():
    assert bitmap("size", "mode") == [1 << 4, 1 << 1]
    assert bitmap() == [] and bitmap(95) == [0, 0, 1 << 31]
    assert bitmap(Words([0, 0])) == [0, 0]
    assert names([1 << 4, 1 << 1, 1 << 31]) == {"size", "mode", 95}


def test_attributes_there_and_back():
    a = attributes(fattr(mode=0o644, size=5, owner="root@x", time_modify=(1, 2)))
    assert a == {"size": 5, "mode": 0o644, "owner": "root@x", "time_modify": nfstime4(1, 2)}
    assert (a.size, list(a)) == (5, ["size", "mode", "owner", "time_modify"])
    with pytest.raises(AttributeError, match="change is not among the attributes size"):
        a.change


def test_times_to_set():
    server = attributes(fattr(time_modify_set=SET_TO_SERVER_TIME4)).time_modify_set
    assert server.set_it == SET_TO_SERVER_TIME4 and server.time is None
    assert attributes(fattr(time_access_set=(3, 4))).time_access_set.time == nfstime4(3, 4)


def test_values_that_are_not_those_of_the_mask():
    with pytest.raises(ValueError, match="4 bytes of values"):
        attributes(w.fattr4(bitmap("size"), bytes(12)))
    with pytest.raises(ValueError):
        attributes(w.fattr4(bitmap("size"), bytes(4)))
    assert fattr({95: b"abcd"}).attr_vals == b"abcd"


def test_stateids():
    assert nfs4.ANONYMOUS.other == bytes(12) and nfs4.READ_BYPASS.seqid == 0xFFFFFFFF
    s = nfs4.stateid4(7, b"x" * 12)
    assert nfs4.current_seqid(s) == nfs4.stateid4(0, b"x" * 12)
    assert nfs4.stateid(nfs4.Open(b"fh", s, b"o", None)) is s
    with pytest.raises(TypeError, match="no stateid in"):
        nfs4.stateid(b"x")


@pytest.mark.parametrize("how", [create(mode=1), create(w.GUARDED4), create(w.EXCLUSIVE4, b"12345678"), create(w.EXCLUSIVE4_1, mode=1)])
def test_ways_to_create(how):
    assert wire.decode(w.openflag4, wire.encode(how)) == how
