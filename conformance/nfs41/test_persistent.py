"""Sessions that outlive the server: RFC 8881 2.10.6.5, 15.1.11.5, 18.36.3. On a durable server of the test's own."""

import os

import pytest

from conformance.nfs41.checks import exists, names
from conformance.persistence import back, dead, is_dead, left, s, session, statuses  # noqa: F401
from conformance.restarts import durable
from dittofs import nfs4
from dittofs.faults import error, nth
from dittofs.nfs4 import (
    ANONYMOUS, CREATE_SESSION4_FLAG_CONN_BACK_CHAN, CREATE_SESSION4_FLAG_PERSIST, EXCLUSIVE4, EXCLUSIVE4_1, FORE, GUARDED4,
    NF4DIR, NF4LNK, NFS4_OK, NFS4ERR, channel, create, op,
)  # fmt: skip
from dittofs.rpc import Sys
from dittofs.testing.markers import covers, meets, needs

pytestmark = needs("own")

# One change each, in a directory `d` with a file `file` in it, and something to look at behind it.
CHANGES = [
    ("CREATE directory", lambda f, d: (op.putfh(d), op.create(NF4DIR, "made"), op.getfh(), op.getattr("type", "fileid"))),
    ("CREATE link", lambda f, d: (op.putfh(d), op.create(NF4LNK, "made", linkdata="text"), op.readlink())),
    ("OPEN unchecked", lambda f, d: (op.putfh(d), op.open("new", create(mode=0o640)), op.getfh(), op.getattr("mode"))),
    ("OPEN guarded", lambda f, d: (op.putfh(d), op.open("new", create(GUARDED4, mode=0o640)), op.getattr("fileid"))),
    ("OPEN sized", lambda f, d: (op.putfh(d), op.open("new", create(size=5, mode=0o640)), op.getattr("size"))),
    ("OPEN cuts", lambda f, d: (op.putfh(d), op.open("file", create(size=0)), op.getattr("size"))),
    ("REMOVE", lambda f, d: (op.putfh(d), op.remove("file"), op.getattr("change"))),
    ("RENAME", lambda f, d: (op.putfh(d), op.savefh(), op.rename("file", "moved"), op.lookup("moved"), op.getattr("fileid"))),
    ("LINK", lambda f, d: (op.putfh(f), op.savefh(), op.putfh(d), op.link("again"), op.restorefh(), op.getattr("numlinks"))),
    ("WRITE", lambda f, d: (op.putfh(f), op.write(ANONYMOUS, 0, b"data"), op.getattr("size"))),
    ("SETATTR", lambda f, d: (op.putfh(f), op.setattr(mode=0o600), op.getattr("mode"))),
    ("SETATTR size", lambda f, d: (op.putfh(f), op.setattr(size=3), op.getattr("size"))),
]  # fmt: skip
every_change = pytest.mark.parametrize("what", [make for _, make in CHANGES], ids=[name for name, _ in CHANGES])


w = durable(1)


@pytest.fixture
def home(w, s):
    return s.mkdir(w.top, "home")


@pytest.fixture
def file(s, home):
    opened = s.open(home, "file", create(mode=0o666))
    s.write(opened.fh, 0, b"some bytes", opened.stateid)
    s.close(opened)
    return opened.fh


def shape(r):
    """A reply without the stateid of an open: that one is another after a restart, because there are no opens."""
    given = [bytes(each.stateid.other) for each in r.all if each.name == "OPEN" and each.status == NFS4_OK]
    body = r.body
    for other in given:
        body = body.replace(other, bytes(12))
    return body


def tree(s, dir):
    """What a change changes: names, and of each what it is."""
    out = {}
    for name in names(s, dir):
        attrs = s.getattr(s.lookup(dir, name), "fileid", "change", "size", "mode", "numlinks")
        out[name] = [attrs.get(each) for each in ("fileid", "change", "size", "mode", "numlinks")]
    return out


# --- what is granted -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["lmdb", "memory"])
@covers("RFC8881 18.36.3", "CREATE_SESSION4_FLAG_PERSIST is granted where it was asked for and the store is durable, and nowhere else")
@meets("8881-18.36.3-2")
def test_granted(instance, store):
    srv = instance(store=store)
    asked = CREATE_SESSION4_FLAG_PERSIST | CREATE_SESSION4_FLAG_CONN_BACK_CHAN
    for flags in (0, CREATE_SESSION4_FLAG_CONN_BACK_CHAN, CREATE_SESSION4_FLAG_PERSIST, asked):
        client = nfs4.Client(srv.host, srv.nfs_port)
        granted = client.session(csa_flags=flags).created.csr_flags
        possible = flags if store == "lmdb" else flags & ~CREATE_SESSION4_FLAG_PERSIST
        assert granted == possible
        assert [each["persistent"] for each in srv.state.client(client.clientid)["sessions"]] == [
            bool(granted & CREATE_SESSION4_FLAG_PERSIST)
        ]
        client.endpoint.close()


@covers("RFC8881 18.36.4", "a retry of CREATE_SESSION has the same flags")
def test_retried_creation(w):
    client = nfs4.Client(w.srv.host, w.srv.nfs_port)
    client.exchange_id()
    first = client.compound(op.create_session(csa_flags=CREATE_SESSION4_FLAG_PERSIST))
    w.clients.append(client)
    assert client.replay(first, same_xid=False).body == first.body


@covers("RFC8881 18.16.3", "on a persistent session EXCLUSIVE4 is NFS4ERR_INVAL; EXCLUSIVE4_1 and GUARDED4 are not")
@meets("8881-18.16.3-9")
def test_exclusive(w, s, home):
    s.compound(op.putfh(home), op.open("f", create(EXCLUSIVE4, verf=b"verifier")).fails(NFS4ERR.INVAL))
    assert not exists(s, home, "f")
    s.compound(op.putfh(home), op.open("f", create(EXCLUSIVE4_1, verf=b"verifier")))
    s.compound(op.putfh(home), op.open("g", create(GUARDED4)))
    plain = w.client()
    plain.compound(op.putfh(home), op.open("h", create(EXCLUSIVE4, verf=b"verifier")))


# --- retries -------------------------------------------------------------------------------------------------------


@every_change
@pytest.mark.parametrize("how", ["crash", "stop"])
@covers("RFC8881 2.10.6.5", "after a restart a retry has the reply of the first time, and nothing is done again")
@meets("8881-2.10.6.5-1", "8881-2.10.6.5-3")
def test_retry(w, s, home, file, what, how):
    first = s.compound(what(file, home))
    before = tree(s, home)
    w.restart(how)
    for same_xid in (True, False):
        assert shape(left(w, s).replay(first, same_xid=same_xid)) == shape(first)
    assert tree(back(w, s), home) == before


@every_change
@pytest.mark.parametrize("point", ["store.txn.commit.before", "store.txn.commit.after"])
@covers("RFC8881 2.10.6.5", "a request and its reply become durable together: its retry finds both, or is a new request")
@meets("8881-2.10.6.5-3")
def test_unanswered(w, s, home, file, what, point):
    before = tree(s, home)
    with w.srv.faults.arm(point, nth(1), error("io")):
        request = s.call(what(file, home))
    assert request.status in (NFS4ERR.IO, NFS4ERR.SERVERFAULT, NFS4ERR.NOSPC, NFS4_OK)
    w.restart()
    happened = tree(w.client(complete=False), home) != before
    again = left(w, s).replay(request, same_xid=False)
    if happened:
        assert point.endswith("after") and again.status == NFS4_OK
        assert len(again.all) == len(request.operations)
    else:
        assert statuses(again) == [("SEQUENCE", NFS4ERR.DEADSESSION)]


@covers("RFC8881 2.10.6.5", "each slot has the reply to its own last change, after as many restarts as there are")
@meets("8881-2.10.6.5-1")
def test_slots(w, s, home):
    firsts = [s.compound(op.putfh(home), op.create(NF4DIR, f"d{n}"), op.getfh(), sa_slotid=n) for n in range(8)]
    later = s.compound(op.putfh(home), op.remove("d0"), sa_slotid=0)
    for _ in range(3):
        w.restart()
        over = left(w, s)
        for first in [*firsts[1:], later]:
            assert over.replay(first, same_xid=False).body == first.body
        over.replay(firsts[0], same_xid=False)
        assert over.replay(firsts[0], same_xid=False).status == NFS4ERR.SEQ_MISORDERED
    assert [reply["slot"] for reply in dead(w)[0]["replies"]] == [*range(8)]


@covers("RFC8881 2.10.6.5", "a request that failed or changed nothing was not put down: its retry is a new request to a dead session")
@meets("8881-2.10.6.5-2")
def test_nothing_changed(w, s, home, file):
    looked = s.compound(op.putfh(home), op.lookup("file"), op.getattr("size"), sa_slotid=1, sa_cachethis=True)
    failed = s.compound(op.putfh(home), op.remove("no such").fails(NFS4ERR.NOENT), sa_slotid=2)
    found = s.compound(op.putfh(home), op.open("file", create()), sa_slotid=3)
    w.restart()
    for each in (looked, failed, found):
        assert statuses(left(w, s).replay(each, same_xid=False)) == [("SEQUENCE", NFS4ERR.DEADSESSION)]


@covers("RFC8881 2.10.6.1.3", "a reply that was not to be kept is NFS4ERR_RETRY_UNCACHED_REP after a restart, too; nothing is done again")
def test_uncached(w, s, home):
    first = s.compound(op.putfh(home), op.create(NF4DIR, "d"), sa_cachethis=False)
    s.compound(op.putfh(home), op.remove("d"), sa_slotid=1)
    w.restart()
    again = left(w, s).replay(first, same_xid=False)
    assert statuses(again) == [("SEQUENCE", NFS4_OK), ("PUTFH", NFS4ERR.RETRY_UNCACHED_REP)]
    assert not exists(back(w, s), home, "d")


@covers("RFC8881 2.10.6.1.3.1", "another request, or another user's, under a sequence id that was used is NFS4ERR_SEQ_FALSE_RETRY")
@meets("8881-2.10.6.1.3.1-1")
def test_false_retry(w, s, home):
    s.compound(op.putfh(home), op.create(NF4DIR, "d"), sa_slotid=1)
    w.restart()
    over = left(w, s)
    over.compound(op.sequence(sa_slotid=1, sa_sequenceid=1, sa_cachethis=True).fails(NFS4ERR.SEQ_FALSE_RETRY))
    other = over.as_(Sys(uid=4711, gid=4711))
    how = dict(sa_slotid=1, sa_sequenceid=1, sa_cachethis=True)
    assert other.call(op.putfh(home), op.create(NF4DIR, "d"), **how).status == NFS4ERR.SEQ_FALSE_RETRY


@covers("RFC8881 2.10.6.5", "what follows the last change of a request that was cut off is looked at anew: filehandles are as they were")
@meets("8881-2.10.6.5-1")
def test_goes_on(w, s, home, file):
    """Every operation that only looks, behind a change: the store's answer came after the commit."""
    request = (
        op.putfh(home), op.savefh(), op.create(NF4DIR, "d", mode=0o750), op.getfh(), op.getattr("mode"), op.access(63),
        op.verify(mode=0o750), op.lookupp(), op.lookup("file"), op.getattr("size"), op.restorefh(), op.readdir(),
        op.secinfo("d"), op.putrootfh(), op.secinfo_no_name(),
    )  # fmt: skip
    with w.srv.faults.arm("store.txn.commit.after", nth(1), error("io")):
        cut = s.call(*request)
    assert cut.status != NFS4_OK and cut.all[-1].name == "CREATE"
    w.restart()
    again = left(w, s).replay(cut, same_xid=False)
    assert again.status == NFS4_OK and len(again.all) == len(request) + 1
    again = again.all[1:]
    assert again[4].attributes.get("mode") == 0o750 and again[9].attributes.get("size") == 10
    assert again[1 + 2].object == back(w, s).lookup(home, "d")


@covers("RFC8881 15.1.11.5", "NFS4ERR_DEADSESSION for the next change of a request that was cut between its changes")
@meets("8881-2.10.6.5-2")
def test_cut_between_changes(w, s, home):
    with w.srv.faults.arm("store.txn.commit.before", nth(2), error("io")):
        cut = s.call(op.putfh(home), op.create(NF4DIR, "a"), op.putfh(home), op.create(NF4DIR, "b"), op.getattr("type"))
    assert cut.status != NFS4_OK
    w.restart()
    again = left(w, s).replay(cut, same_xid=False)
    expected = [("SEQUENCE", NFS4_OK), ("PUTFH", NFS4_OK), ("CREATE", NFS4_OK), ("PUTFH", NFS4_OK), ("CREATE", NFS4ERR.DEADSESSION)]
    assert statuses(again) == expected
    assert names(back(w, s), home) == {"a"}


# --- a dead session ------------------------------------------------------------------------------------------------


@covers("RFC8881 2.10.6.5", "new requests are NFS4ERR_DEADSESSION on every slot there is; BIND_CONN_TO_SESSION is, too")
@meets("8881-2.10.6.5-2")
def test_dead(w, s, home):
    s.compound(op.putfh(home), op.create(NF4DIR, "d"), sa_slotid=1)
    w.restart()
    over = left(w, s)
    for slot in (0, 1, len(s.slots) - 1):
        assert is_dead(over, slot)
    over.compound(op.sequence(sa_slotid=len(s.slots), sa_sequenceid=1).fails(NFS4ERR.BADSLOT))
    over.compound(op.bind_conn_to_session().fails(NFS4ERR.DEADSESSION), sequence=False)
    s.client.over(over.endpoint).compound(op.create_session().fails(NFS4ERR.STALE_CLIENTID))


@covers("RFC8881 8.4.2.1", "the client of a dead session comes back with EXCHANGE_ID, and reclaims the open that a retry told it of")
def test_reclaim(w, s, home):
    opened = s.open(home, "f", create(GUARDED4, mode=0o600), share_deny=2)
    w.restart()
    again = left(w, s).replay(opened.results, same_xid=False)
    assert again.status == NFS4_OK
    told = next(each for each in again.all if each.name == "OPEN").stateid
    c = session(w, complete=False, ownerid=s.client.ownerid, verifier=s.client.verifier)
    c.compound(op.putfh(opened.fh), op.write(told, 0, b"x").fails(NFS4ERR.BAD_STATEID, NFS4ERR.STALE_STATEID))
    taken = w.reclaim(c, opened, share_deny=2)
    c.write(opened.fh, 0, b"x", taken.stateid)
    c.compound(op.reclaim_complete())
    assert dead(w)  # its other slots may have retries yet


@pytest.mark.parametrize("before", [False, True], ids=["dead", "alive"])
@covers("RFC8881 18.37.3", "a session that was destroyed is NFS4ERR_BADSESSION after every restart")
def test_destroyed(w, s, home, before):
    first = s.compound(op.putfh(home), op.create(NF4DIR, "d"))
    if before:
        s.destroy()
    w.restart()
    over = left(w, s)
    if not before:
        assert is_dead(over)
        over.destroy()
        over.compound(op.destroy_session().fails(NFS4ERR.BADSESSION), sequence=False)
    for _ in range(2):
        assert statuses(left(w, s).replay(first, same_xid=False)) == [("SEQUENCE", NFS4ERR.BADSESSION)]
        assert dead(w) == []
        w.restart()


@pytest.mark.parametrize("who, ends", [
    ("the same", False), ("a later incarnation", True), ("another", False), ("another user", False),
])  # fmt: skip
@covers("RFC8881 18.35.4", "a client that has restarted has no use for its sessions of before: they end when it is confirmed, and only then")
def test_new_incarnation(w, s, home, who, ends):
    first = s.compound(op.putfh(home), op.create(NF4DIR, "d"))
    w.restart()
    me = dict(ownerid=s.client.ownerid, verifier=s.client.verifier, cred=s.client.cred)
    if who == "a later incarnation":
        me["verifier"] = os.urandom(8)
    if who == "another":
        me = {}
    if who == "another user":
        me.update(cred=Sys(uid=4711, gid=4711), verifier=os.urandom(8))
    client = nfs4.Client(w.srv.host, w.srv.nfs_port, **me)
    w.clients.append(client)
    client.exchange_id()
    assert left(w, s).replay(first, same_xid=False).body == first.body
    client.session()
    again = left(w, s).replay(first, same_xid=False)
    assert statuses(again)[0] == ("SEQUENCE", NFS4ERR.BADSESSION if ends else NFS4_OK)
    w.restart("stop")
    assert bool(dead(w)) != ends


@covers("RFC8881 2.10.6.5", "a dead session that nobody asks for is lost after a lease; asking renews it")
def test_expiry(w, s, home):
    first = s.compound(op.putfh(home), op.create(NF4DIR, "d"))
    w.restart()
    for _ in range(3):
        w.srv.clock.advance(w.lease - 1)
        assert left(w, s).replay(first, same_xid=False).body == first.body
    w.srv.clock.advance(w.lease + 1)
    assert statuses(left(w, s).replay(first, same_xid=False)) == [("SEQUENCE", NFS4ERR.BADSESSION)]
    assert dead(w) == []


@covers("RFC8881 2.10.6.5", "a client whose lease has ended has no sessions after a restart either")
def test_lease_ends(w, s, home):
    s.compound(op.putfh(home), op.create(NF4DIR, "d"))
    w.srv.clock.advance(w.lease + 1)
    plain = w.client()
    assert plain.compound(op.putfh(home), op.getattr("type"))
    assert w.srv.check_state() == []
    w.restart("stop")
    assert dead(w) == []


@pytest.mark.parametrize("limits", [dict(maxrequests=1), dict(maxresponsesize_cached=200), dict(maxrequests=128)], ids=str)
@covers("RFC8881 18.36.3", "what is kept is bounded by what the channel was granted")
@meets("8881-2.10.6.4-3")
def test_limits(w, home, limits):
    client = nfs4.Client(w.srv.host, w.srv.nfs_port)
    w.clients.append(client)
    small = client.session(csa_flags=CREATE_SESSION4_FLAG_PERSIST, csa_fore_chan_attrs=channel(FORE, **limits))
    small.compound(op.reclaim_complete())
    last = len(small.slots) - 1
    first = small.compound(op.putfh(home), op.create(NF4DIR, "d"), sa_slotid=last)
    large = [op.getattr("type", "size", "owner", "owner_group", "fileid")] * 8
    long = small.call(op.putfh(home), op.create(NF4DIR, "e"), *large, sa_slotid=0 if last == 0 else last - 1)
    w.restart()
    again = left(w, small).replay(long, same_xid=False)
    if "maxresponsesize_cached" in limits:
        assert long.status == again.status == NFS4ERR.REP_TOO_BIG_TO_CACHE
        assert len(again.all) == len(long.all)
    else:
        assert again.body == long.body
    if last:
        assert left(w, small).replay(first, same_xid=False).body == first.body
