"""A crash of the server at each commit of a scenario of everything that changes something, in a persistent session: what was
not answered is asked for again, and has then happened once (RFC 8881 2.10.6.5)."""

import pytest

from dittofs import Server, nfs4
from dittofs.faults import error, nth
from dittofs.nfs4 import (
    ANONYMOUS, CREATE_SESSION4_FLAG_PERSIST, FILE_SYNC4, GUARDED4, NF4DIR, NF4LNK, NFS4_OK, NFS4ERR, SETXATTR4_CREATE, create, op,
)  # fmt: skip

from program.sound import sound

LEASE = 90


class World:
    """A client that gives its requests by name, one after the other, and asks again for what was not answered."""

    def __init__(self, srv):
        self.srv = srv
        self.who = dict(minorversion=2, ownerid=b"client", verifier=b"verifier")
        self.connect()
        self.top = self.s.path("/export")
        self.redone = self.retried = 0

    def connect(self):
        self.client = nfs4.Client(self.srv.host, self.srv.nfs_port, **self.who)
        self.s = self.client.session(csa_flags=CREATE_SESSION4_FLAG_PERSIST)
        assert self.s.created.csr_flags == CREATE_SESSION4_FLAG_PERSIST
        self.s.compound(op.reclaim_complete())

    def handle(self, path):
        return self.s.path(f"/export/{path}".rstrip("/"))

    def step(self, make):
        """The request, until it has been carried out. False: the server was lost in it."""
        request = make(self)
        r = self.s.call(*request, sa_cachethis=True)
        if r.status == NFS4_OK:
            return True
        self.client.endpoint.close()
        self.srv.crash()
        sound(self.srv)
        self.srv.restart()
        over = nfs4.Client(self.srv.host, self.srv.nfs_port)
        again = self.s.over(over.endpoint).replay(r, same_xid=False)
        over.endpoint.close()
        self.connect()
        if again.status == NFS4_OK:
            assert [each.opnum for each in again.all][1:] == [each.opnum for each in request]
            self.retried += 1
        else:
            # Nothing of it has happened, or what has is in the answer.
            assert again.status == NFS4ERR.DEADSESSION
            self.redone += 1
            done = len(again.all) - 2
            self.s.compound(*(request if done < 0 else request[done:] if request[done].name == "PUTFH" else request[done - 1 :]))
        return False

    def tree(self, path=""):
        """Everything there is: names, what they are, and how often they have changed."""
        dir = self.handle(path)
        out = {f"{path}/": self.s.getattr(dir, "change").get("change")}
        for entry in self.s.compound(op.putfh(dir), op.readdir()).readdir.reply.entries:
            name = f"{path}/{entry.name}".lstrip("/")
            fh = self.s.lookup(dir, str(entry.name))
            a = self.s.getattr(fh, "type", "change", "size", "mode", "numlinks", "fileid")
            kind = str(a.get("type"))
            data = self.s.read(fh) if a.get("type") == 1 else b""
            xattrs = self.s.compound(op.putfh(fh), op.listxattrs()).listxattrs.lxr_names if a.get("type") == 1 else ()
            out[name] = (kind, a.get("change"), a.get("size"), a.get("mode"), a.get("numlinks"), bytes(data), [*map(str, xattrs)])
            if a.get("type") == 2:
                out.update(self.tree(name))
        return out


def at(path, *operations):
    return lambda w: [op.putfh(w.handle(path)), *operations]


def between(source, target, *operations):
    return lambda w: [op.putfh(w.handle(source)), op.savefh(), op.putfh(w.handle(target)), *operations]


SCENARIO = [
    at("", op.create(NF4DIR, "d", mode=0o755), op.getfh(), op.getattr("type")),
    at("d", op.open("f", create(GUARDED4, mode=0o644)), op.getfh(), op.getattr("size")),
    at("d", op.open("g", create(mode=0o644, size=70_000)), op.getattr("size")),
    at("d/f", op.write(ANONYMOUS, 0, b"x" * 70_000, FILE_SYNC4), op.getattr("size")),
    at("d/f", op.setattr(mode=0o600), op.getattr("mode")),
    at("d/f", op.setattr(size=65_536)),
    at("d/f", op.setxattr("name", b"value", SETXATTR4_CREATE)),
    at("d", op.create(NF4LNK, "s", linkdata="f")),
    between("d/f", "d/g", op.clone(ANONYMOUS, ANONYMOUS)),
    between("d/f", "", op.link("h"), op.getattr("change")),
    at("d/f", op.removexattr("name")),
    at("d/f", op.deallocate(ANONYMOUS, 0, 65_536)),
    at("d/g", op.allocate(ANONYMOUS, 0, 70_000), op.getattr("size")),
    between("d", "", op.rename("f", "moved"), op.lookup("moved"), op.getattr("numlinks")),
    lambda w: [op.putfh(w.handle("d")), op.remove("s"), op.putfh(w.handle("")), op.create(NF4DIR, "e"), op.getattr("type")],
    at("d", op.open("g", create(size=0)), op.getattr("size")),
    at("", op.remove("h")),
    at("d", op.remove("g")),
    at("", op.remove("d")),
]


def expected():
    with Server(store="lmdb", clock="manual", seed=1, settings={"nfs4.lease_time": LEASE, "nfs4.delegations": False}) as srv:
        w = World(srv)
        states = [w.tree()]
        for step in SCENARIO:
            assert w.step(step)
            states.append(w.tree())
        return states


@pytest.mark.parametrize("point", ["store.txn.commit.before", "store.txn.commit.after"])
def test_a_crash_at_every_commit(point):
    states = expected()
    retried = redone = 0
    for n in range(len(SCENARIO)):
        for commit in (1, 2):
            with Server(store="lmdb", clock="manual", seed=1, settings={"nfs4.lease_time": LEASE, "nfs4.delegations": False}) as srv:
                w = World(srv)
                for step in SCENARIO[:n]:
                    assert w.step(step)
                with srv.faults.arm(point, nth(commit), error("io")):
                    survived = w.step(SCENARIO[n])
                assert w.tree() == states[n + 1], f"step {n}, commit {commit}"
                for step, state in zip(SCENARIO[n + 1 :], states[n + 2 :]):
                    assert w.step(step)
                    assert w.tree() == state
                assert srv.check_state() == []
                retried, redone = retried + w.retried, redone + w.redone
                w.client.endpoint.close()
                if survived:
                    break
    assert (retried if point.endswith("after") else redone) >= len(SCENARIO) - 1
