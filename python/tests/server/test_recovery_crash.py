"""A crash at each commit of the server around what its roster of clients says: whoever was given an open can claim it
after the restart, and nobody who has lost it to another can (RFC 8881 8.4.3; RFC 7530 9.6.3.4)."""

import pytest

from dittofs import Server, nfs4
from dittofs.faults import error, nth
from dittofs.nfs4 import CLAIM_PREVIOUS, NFS4_OK, NFS4ERR, create, op, open_claim4

LEASE = 90


class Lost(Exception):
    """The store failed under a request."""


class World:
    """Two clients who want to be the only writers of one file, and who was told last that it is."""

    def __init__(self, srv, minor):
        self.srv, self.minor = srv, minor
        self.holder, self.asking = None, None
        self.fh = b""

    def client(self, name):
        where = (self.srv.host, self.srv.nfs_port)
        if self.minor == 0:
            c = nfs4.Client40(*where, id=name, verifier=b"verifier")
            c.setclientid()
            return c
        return nfs4.Client(*where, minorversion=1, ownerid=name, verifier=b"verifier").session()

    def complete(self, c):
        if self.minor > 0:
            c.call(op.reclaim_complete())

    def open(self, name):
        """The client opens the file, and is alone with it."""
        self.asking = name
        c = self.client(name)
        self.complete(c)
        r = c.call(op.putrootfh(), op.lookup("export"), op.open("f", create(mode=0o666), share_access=2, share_deny=2), op.getfh())
        c.endpoint.close()
        if r.status != NFS4_OK:
            raise Lost
        self.holder, self.asking, self.fh = name, None, bytes(r.getfh.object)

    def reclaims(self, name):
        """Whether the client gets it back after a restart."""
        c = self.client(name)
        what = op.open(claim=open_claim4(CLAIM_PREVIOUS, delegate_type=0), share_access=2, share_deny=2)
        refusals = (NFS4ERR.NO_GRACE, NFS4ERR.RECLAIM_BAD, NFS4ERR.RECLAIM_CONFLICT)
        r = c.compound(op.putfh(self.fh), what.may_fail(*refusals))
        c.endpoint.close()
        return r.status == NFS4_OK

    def again(self):
        self.srv.crash()
        self.srv.restart()

    def back(self, name):
        if not self.reclaims(name):
            raise Lost
        c = self.client(name)
        self.complete(c)
        c.endpoint.close()
        self.srv.end_grace()

    def late(self):
        self.srv.clock.advance(LEASE + 1)


# Everything that changes the roster: a first client, one that lost it to another, a grace period that one misses.
SCENARIO = [
    lambda w: w.open(b"A"),
    lambda w: w.late(),
    lambda w: w.open(b"B"),
    lambda w: w.again(),
    lambda w: w.back(b"B"),
    lambda w: w.late(),
    lambda w: w.open(b"A"),
    lambda w: w.again(),
    lambda w: w.srv.end_grace(),
    lambda w: w.open(b"B"),
]


@pytest.mark.parametrize("minor", [0, 1])
@pytest.mark.parametrize("point", ["store.txn.commit.before", "store.txn.commit.after", "store.update.after", "store.durable.before"])
def test_a_crash_at_every_commit(point, minor):
    fired, k = True, 0
    while fired:
        k += 1
        with Server(store="lmdb", clock="manual", seed=k, settings={"nfs4.lease_time": LEASE}) as srv:
            w = World(srv, minor)
            with srv.faults.arm(point, nth(k), error("io")) as rule:
                try:
                    for step in SCENARIO:
                        step(w)
                except Lost:
                    pass
                fired = rule.fired == 1
            w.again()
            if not w.fh:
                continue
            others = {b"A", b"B"} - {w.holder}
            # Whoever was let in gets it back, unless the request of another was under way that takes it away.
            got = w.reclaims(w.holder)
            assert got or w.asking in others, f"{k}: {w.holder} has lost it"
            # And nobody else: neither beside it, nor when it was let in after they had lost it.
            for name in others:
                assert not (w.reclaims(name) and (got or name != w.asking)), f"{k}: {name} has it, too"
            assert srv.check_state() == []
    assert k > 3  # the sweep met some
