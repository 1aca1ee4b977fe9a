"""Sessions that outlive the server (RFC 8881 2.10.6.5), with the operations of RFC 7862 and RFC 8276."""

import pytest

from conformance.persistence import back, left, s, statuses  # noqa: F401
from conformance.restarts import durable
from dittofs.faults import error, nth
from dittofs.nfs4 import ANONYMOUS, NFS4_OK, NFS4ERR, SETXATTR4_CREATE, create, op
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")

UNIT = 65536

# One change each; `f` has data and the extended attribute `old`, `g` is empty.
CHANGES = [
    ("SETXATTR", lambda f, g: (op.putfh(f), op.setxattr("new", b"value", SETXATTR4_CREATE), op.getxattr("new"))),
    ("REMOVEXATTR", lambda f, g: (op.putfh(f), op.removexattr("old"), op.listxattrs())),
    ("ALLOCATE", lambda f, g: (op.putfh(g), op.allocate(ANONYMOUS, 0, 3 * UNIT), op.getattr("size"))),
    ("DEALLOCATE", lambda f, g: (op.putfh(f), op.deallocate(ANONYMOUS, 0, UNIT), op.getattr("size"))),
    ("CLONE", lambda f, g: (op.putfh(f), op.savefh(), op.putfh(g), op.clone(ANONYMOUS, ANONYMOUS), op.getattr("size"))),
]  # fmt: skip
every_change = pytest.mark.parametrize("what", [make for _, make in CHANGES], ids=[name for name, _ in CHANGES])


w = durable(2)


@pytest.fixture
def files(w, s):
    made = [s.open(w.top, name, create(mode=0o666)) for name in ("f", "g")]
    s.write(made[0].fh, 0, b"x" * 2 * UNIT, made[0].stateid)
    s.compound(op.putfh(made[0].fh), op.setxattr("old", b"value"))
    for each in made:
        s.close(each)
    return [each.fh for each in made]


def shape(c, files):
    return [
        (c.getattr(f, "change", "size").get("change"), [*map(str, c.compound(op.putfh(f), op.listxattrs()).listxattrs.lxr_names)])
        for f in files
    ]


@every_change
@covers("RFC8881 2.10.6.5", "after a restart a retry has the reply of the first time, and nothing is done again")
@meets("8881-2.10.6.5-1", "8881-2.10.6.5-3")
def test_retry(w, s, files, what):
    first = s.compound(what(*files))
    before = shape(s, files)
    w.restart()
    assert left(w, s).replay(first, same_xid=False).body == first.body
    assert shape(back(w, s), files) == before


@every_change
@covers("RFC8881 2.10.6.5", "a request and its reply become durable together: its retry finds both, or is a new request")
@meets("8881-2.10.6.5-3")
@pytest.mark.parametrize("point", ["store.txn.commit.before", "store.txn.commit.after"])
def test_unanswered(w, s, files, what, point):
    before = shape(s, files)
    with w.srv.faults.arm(point, nth(1), error("io")):
        request = s.call(what(*files))
    w.restart()
    happened = shape(w.client(complete=False), files) != before
    again = left(w, s).replay(request, same_xid=False)
    if again.status == NFS4_OK:
        assert happened and point.endswith("after")
    else:
        assert statuses(again) == [("SEQUENCE", NFS4ERR.DEADSESSION)]
        # ALLOCATE is many writes; what it got to does no harm, and is got again.
        assert not happened or what is CHANGES[2][1]
