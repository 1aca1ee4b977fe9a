"""Records as a test writes them: names, defaults, arms, equality."""

from __future__ import annotations

import copy
import pickle

import pytest
import torture
from dittofs import wire
from dittofs.wire import mount, nfs3, nfs4, portmap, rpc, rpcbind


def test_enums_are_ints_with_the_specifications_names() -> None:
    assert nfs3.nfsstat3.NFS3ERR_NOENT == 2
    assert nfs3.NFS3ERR_NOENT is nfs3.nfsstat3.NFS3ERR_NOENT
    assert repr(nfs3.NFS3ERR_NOENT) == str(nfs3.NFS3ERR_NOENT) == f"{nfs3.NFS3ERR_NOENT}" == "NFS3ERR_NOENT"
    assert nfs3.nfsstat3(70) is nfs3.NFS3ERR_STALE


def test_constants() -> None:
    assert nfs3.NFS3_FHSIZE == 64
    assert nfs3.ACCESS3_EXECUTE == 0x20
    assert torture.MOST == 2**64 - 1
    assert torture.LEAST == -(2**63)


def test_defaults_are_zero() -> None:
    args = nfs3.READ3args()
    assert (args.file, args.offset, args.count) == (nfs3.nfs_fh3(b""), 0, 0)
    assert nfs3.fattr3().type is nfs3.NF3REG  # the first value of an enum without a zero
    assert nfs3.READDIR3args().cookieverf == bytes(8)
    assert torture.tree().left is None
    assert torture.arrays().m == [[0, 0, 0], [0, 0, 0]]
    assert nfs4.COMPOUND4args().argarray == []


def test_defaults_are_not_shared() -> None:
    assert rpc.authsys_parms().gids is not rpc.authsys_parms().gids
    assert nfs3.READ3args().file is not nfs3.READ3args().file
    a, b = torture.arrays().rows
    assert a is not b


def test_an_arm_selects_its_case() -> None:
    assert nfs3.set_mode3(mode=0o644) == nfs3.set_mode3(True, 0o644)
    assert nfs3.set_mode3().set_it is False
    assert nfs3.createhow3(verf=bytes(8)).mode is nfs3.EXCLUSIVE
    assert nfs3.createhow3(obj_attributes=nfs3.sattr3()).mode is nfs3.UNCHECKED


def test_a_selected_arm_has_its_zero_value() -> None:
    assert nfs3.GETATTR3res().resok == nfs3.GETATTR3resok()
    assert nfs3.LOOKUP3res(nfs3.NFS3ERR_NOENT).resfail == nfs3.LOOKUP3resfail()
    assert nfs3.LOOKUP3res(nfs3.NFS3ERR_NOENT).resok is None
    assert nfs3.GETATTR3res(12345).resok is None


def test_arms_that_contradict_are_refused() -> None:
    with pytest.raises(TypeError, match="GETATTR3res: status=NFS3ERR_IO does not select resok"):
        nfs3.GETATTR3res(nfs3.NFS3ERR_IO, nfs3.GETATTR3resok())
    with pytest.raises(TypeError, match="LOOKUP3res has one arm, not resok and resfail"):
        nfs3.LOOKUP3res(resok=nfs3.LOOKUP3resok(), resfail=nfs3.LOOKUP3resfail())
    with pytest.raises(TypeError, match="LOOKUP3res: say which status goes with resfail"):
        nfs3.LOOKUP3res(resfail=nfs3.LOOKUP3resfail())


def test_equality_and_hash_are_by_value() -> None:
    a, b = nfs3.nfs_fh3(b"a"), nfs3.nfs_fh3(b"a")
    assert a == b
    assert hash(a) == hash(b)
    assert a != nfs3.nfs_fh3(b"b")
    assert nfs3.REMOVE3args() != nfs3.RMDIR3args()  # the same fields, another type
    assert len({rpc.authsys_parms(gids=[1]), rpc.authsys_parms(gids=[1])}) == 1


def test_repr_is_how_to_make_it() -> None:
    value = nfs3.CREATE3args(nfs3.diropargs3(nfs3.nfs_fh3(b"d"), "f"), nfs3.createhow3(verf=bytes(8)))
    assert eval(repr(value), vars(nfs3)) == value
    assert repr(nfs3.post_op_attr()) == "post_op_attr(attributes_follow=False)"


def test_copy_pickle_replace() -> None:
    value = nfs3.READ3args(nfs3.nfs_fh3(b"a"), 1, 2)
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value
    assert wire.replace(value, count=3) == nfs3.READ3args(nfs3.nfs_fh3(b"a"), 1, 3)
    with pytest.raises(TypeError, match="READ3args has no size"):
        wire.replace(value, size=3)


def test_no_attribute_by_mistake() -> None:
    with pytest.raises(AttributeError):
        nfs3.READ3args().cuont = 1  # type: ignore[attr-defined]


def test_lists_have_no_links() -> None:
    assert mount.exportnode.__slots__ == ("ex_dir", "ex_groups")
    assert rpcbind.rp__list.__slots__ == ("rpcb_map",)


def test_keywords_and_names_of_types_as_names() -> None:
    value = torture.del_(class_=torture.class_(new=1, lambda_=2, from_=3, self_=4))
    assert value.import_ is True
    assert wire.decode(torture.del_, wire.encode(value)) == value
    assert torture.echo().primitives == torture.primitives()
    assert torture.echo().matrix == [[[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]]


def test_an_arm_without_end_has_no_zero() -> None:
    assert torture.term(2).negated is None
    with pytest.raises(ValueError, match="term.negated: None, but operator=2 selects it"):
        wire.encode(torture.term(2))


def test_procedures() -> None:
    getattr3 = nfs3.NFS_V3_procs[1]
    assert (getattr3.prog, getattr3.vers, getattr3.proc) == (100003, 3, 1) == (nfs3.NFS_PROGRAM, nfs3.NFS_V3, 1)
    assert (getattr3.name, getattr3.short) == ("NFSPROC3_GETATTR", "GETATTR")
    assert (getattr3.args, getattr3.result) == (nfs3.GETATTR3args, nfs3.GETATTR3res)
    assert nfs3.NFS_V3_procs[0].args is None
    assert [p.version for p in mount.procedures] == ["MOUNTVERS"] * 6 + ["MOUNT_V3"] * 6
    assert portmap.procedures[portmap.PMAPPROC_GETPORT].result == wire.Type("", "unsigned int")
    assert wire.encode(111, portmap.procedures[3].result) == b"\0\0\0o"


def test_operations() -> None:
    lookup = next(o for o in nfs4.nfs_argop4_ops if o.name == "LOOKUP")
    assert (lookup.op, lookup.args, lookup.result) == (nfs4.OP_LOOKUP, nfs4.LOOKUP4args, nfs4.LOOKUP4res)
