"""COPY that goes on behind its COMPOUND, OFFLOAD_STATUS, OFFLOAD_CANCEL and CB_OFFLOAD: RFC 7862 4.8, 15.2, 15.8, 15.9, 16.1."""

import pytest

from conformance import callbacks
from conformance.nfs42.checks import content
from dittofs.faults import after, at, error, once, pause
from dittofs.nfs4 import NFS4_OK, NFS4ERR, Client, create, op, stateid4
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4_cb

pytestmark = needs("own")

SIZE = 12 << 20
BLOCK = 1 << 20


@pytest.fixture
def srv(instance):
    return instance(store="memory", clock="manual", settings={"nfs4.async_copy": 65536, "nfs4.delegations": False})


def block(i):
    return bytes([i]) * BLOCK


class Copier:
    def __init__(self, srv, s):
        self.srv, self.s = srv, s
        self.top = s.path("/export")
        self.source = s.open(self.top, "source", create(mode=0o666), owner=b"source")
        self.target = s.open(self.top, "target", create(mode=0o666), owner=b"target")

    def fill(self, size=SIZE):
        for i in range(size // BLOCK):
            self.s.write(self.source.fh, i * BLOCK, block(i), self.source.stateid)
        return self

    def copy(self, src=0, dst=1, count=0, *, synchronous=False):
        """COPY; by default to bytes that cannot be shared with the source, so that it takes its time."""
        where = op.putfh(self.source.fh), op.savefh(), op.putfh(self.target.fh)
        return self.s.compound(where, op.copy(self.source, self.target, src, dst, count, ca_synchronous=synchronous)).copy

    def start(self, **more):
        r = self.copy(**more)
        assert not r.cr_requirements.cr_synchronous
        [id] = r.cr_response.wr_callback_id
        return id

    def status(self, id, fh=None, **how):
        return self.s.call(op.putfh(fh or self.target.fh), op.offload_status(id), **how)

    def cancel(self, id, fh=None):
        return self.s.call(op.putfh(fh or self.target.fh), op.offload_cancel(id)).status


@pytest.fixture
def c(srv):
    return Copier(srv, callbacks.session(srv, 2)).fill()


@pytest.fixture
def held(srv, c):
    """A copy that has begun and does not go on before it is released."""
    rule = srv.faults.arm(at.store("write").before, once, pause())
    id = c.start()
    rule.wait()
    return rule, id


@covers("RFC7862 15.2.3", "what the client lets go on is answered at once with a stateid; CB_OFFLOAD tells the end with all bytes and the verifier")
@meets("7862-4.1.2-1", "7862-4.8-1", "7862-16.1.3-1", "7862-16.1.3-2")
def test_copy(c):
    id = c.start()
    assert id.seqid != 0
    told = callbacks.wait(c.s, "CB_OFFLOAD")
    assert told.coa_stateid == id and bytes(told.coa_fh) == c.target.fh
    info = told.coa_offload_info
    assert info.coa_status == NFS4_OK and info.coa_resok4.wr_count == SIZE
    assert not info.coa_resok4.wr_callback_id
    commit = c.s.compound(op.putfh(c.target.fh), op.commit()).commit
    assert bytes(info.coa_resok4.wr_writeverf) == bytes(commit.writeverf)
    got = content(c.s, c.target.fh)
    assert got == b"\0" + b"".join(block(i) for i in range(SIZE // BLOCK))


@covers("RFC7862 15.2.3", "one that must be synchronous is, and so is a short one: it has no callback id")
@meets("7862-15.2.3-6", "7862-15.2.3-8")
def test_synchronous(c):
    r = c.copy(synchronous=True)
    assert r.cr_requirements.cr_synchronous and not r.cr_response.wr_callback_id and r.cr_response.wr_count
    r = c.copy(count=1000)
    assert r.cr_requirements.cr_synchronous and r.cr_response.wr_count == 1000


@covers("RFC7862 15.2.3", "a client that cannot be called back gets a synchronous copy, whatever it would let go on")
@meets("7862-15.2.3-8")
def test_no_way_back(srv):
    s = Client(srv.host, srv.nfs_port, minorversion=2).session()
    s.compound(op.reclaim_complete())
    r = Copier(srv, s).fill(4 * BLOCK).copy()
    assert r.cr_requirements.cr_synchronous and not r.cr_response.wr_callback_id


@covers("RFC7862 15.9.3", "OFFLOAD_STATUS: the bytes so far, and no completion while it goes on")
@meets("7862-4.1.2-1", "7862-15.9.3-1")
def test_status(srv, c, held):
    rule, id = held
    r = c.status(id).offload_status
    assert r.osr_count < SIZE and not r.osr_complete
    rule.release()
    callbacks.wait(c.s, "CB_OFFLOAD")


@covers("RFC7862 15.9.3", "after the end and before the client has answered CB_OFFLOAD: all bytes, complete")
@meets("7862-4.8-2", "7862-15.9.3-1")
def test_status_complete(c):
    answers = []

    def busy(args):
        answers.append(args)
        return nfs4_cb.CB_OFFLOAD4res(NFS4ERR.DELAY if len(answers) == 1 else NFS4_OK)

    c.s.client.callbacks.on("CB_OFFLOAD", busy)
    id = c.start()
    callbacks.wait(c.s, "CB_OFFLOAD")
    r = c.status(id).offload_status
    assert (r.osr_count, list(r.osr_complete)) == (SIZE, [NFS4_OK])
    callbacks.wait(c.s, "CB_OFFLOAD", 2, clock=c.srv.clock)


@covers("RFC7862 4.8", "the stateid ends when the client has answered CB_OFFLOAD")
@meets("7862-4.8-2", "7862-15.9.3-2")
def test_end_of_stateid(c):
    id = c.start()
    callbacks.wait(c.s, "CB_OFFLOAD")
    for _ in range(100):
        if c.status(id).status == NFS4ERR.BAD_STATEID:
            break
    assert c.status(id).status == c.cancel(id) == NFS4ERR.BAD_STATEID


@covers("RFC7862 15.8.3", "OFFLOAD_CANCEL: nothing more is written, its stateid is gone, and no CB_OFFLOAD follows")
@meets("7862-4.1.2-1", "7862-4.8-2", "7862-15.8.3-1")
def test_cancel(srv, c, held):
    rule, id = held
    pending = c.s.send(op.putfh(c.target.fh), op.offload_cancel(id))
    rule.release()
    assert pending.results().status == NFS4_OK
    rule.disarm()
    size = c.s.getattr(c.target.fh, "size").size
    assert c.status(id).status == NFS4ERR.BAD_STATEID
    c.s.write(c.source.fh, 0, b"x", c.source.stateid)
    assert c.s.getattr(c.target.fh, "size").size == size < SIZE
    assert callbacks.none(c.s, "CB_OFFLOAD")


@pytest.mark.parametrize("wrong", ["seqid zero", "seqid", "other file", "another's", "an open's"])
@covers("RFC7862 15.8.4", "NFS4ERR_BAD_STATEID for what is no stateid of a copy to this file by this client")
@meets("7862-4.8-1", "7862-15.9.3-2")
def test_wrong_stateid(srv, c, held, wrong):
    rule, id = held
    who, fh = c, c.target.fh
    if wrong == "seqid zero":
        id = stateid4(0, id.other)
    elif wrong == "seqid":
        id = stateid4(id.seqid + 1, id.other)
    elif wrong == "other file":
        fh = c.source.fh
    elif wrong == "another's":
        who = Copier(srv, callbacks.session(srv, 2))
    else:
        id = c.target.stateid
    assert who.status(id, fh).status == who.cancel(id, fh) == NFS4ERR.BAD_STATEID
    rule.release()
    rule.disarm()
    callbacks.wait(c.s, "CB_OFFLOAD")


@covers("RFC7862 16.1.3", "what fails on the way is told with its status and the bytes that were copied")
@meets("7862-16.1.3-2")
def test_failure(srv, c):
    with srv.faults.arm(at.store("write").before, after(3), error("no_space")):
        c.start()
        info = callbacks.wait(c.s, "CB_OFFLOAD").coa_offload_info
    assert info.coa_status == NFS4ERR.NOSPC and info.coa_bytes_copied < SIZE


@covers("RFC7862 4.8", "several at once, each with a stateid of its own")
@meets("7862-16.1.3-2")
def test_several(c):
    ids = [c.start(dst=1 + n * SIZE) for n in range(3)]
    assert len({bytes(id.other) for id in ids}) == 3
    callbacks.wait(c.s, "CB_OFFLOAD", 3)
    told = c.s.client.callbacks.of("CB_OFFLOAD")
    assert {bytes(t.args.coa_stateid.other) for t in told} == {bytes(id.other) for id in ids}
    assert all(t.args.coa_offload_info.coa_resok4.wr_count == SIZE for t in told)


@covers("RFC7862 15.2.3", "the open may be closed meanwhile: what was begun is finished")
def test_close(c, held):
    rule, id = held
    c.s.close(c.source)
    c.s.close(c.target)
    c.s.remove(c.top, "source")
    rule.release()
    rule.disarm()
    assert callbacks.wait(c.s, "CB_OFFLOAD").coa_offload_info.coa_resok4.wr_count == SIZE


@covers("RFC7862 4.8", "it goes on when the client loses its connection, which learns of the end over another one")
@meets("7862-16.1.3-2")
def test_reconnect(srv, c, held):
    rule, id = held
    s = c.s
    s.endpoint.close()
    rule.release()
    rule.disarm()
    again = Client(srv.host, srv.nfs_port, minorversion=2, ownerid=s.client.ownerid, verifier=s.client.verifier)
    s.endpoint = again.endpoint
    s.client.callbacks.answer(again.endpoint)
    s.compound(op.bind_conn_to_session(3), sequence=False)
    assert callbacks.wait(s, "CB_OFFLOAD", clock=srv.clock).coa_offload_info.coa_resok4.wr_count == SIZE


@covers("RFC7862 15.8.3", "OFFLOAD_CANCEL ends the copy that it names; another one to the same file goes on")
@meets("7862-15.8.3-1")
def test_cancel_one(c, held):
    rule, id = held
    other = c.start(dst=1 + SIZE)
    pending = c.s.send(op.putfh(c.target.fh), op.offload_cancel(id))
    rule.release()
    assert pending.results().status == NFS4_OK
    rule.disarm()
    told = callbacks.wait(c.s, "CB_OFFLOAD")
    assert told.coa_stateid == other and told.coa_offload_info.coa_resok4.wr_count == SIZE


@covers("RFC7862 4.8", "it ends with its client: a restarted one does not know it")
@meets("7862-4.8-2")
def test_client_restart(srv, c, held):
    rule, id = held
    again = Client(srv.host, srv.nfs_port, minorversion=2, ownerid=c.s.client.ownerid).session()
    rule.release()
    rule.disarm()
    again.compound(op.reclaim_complete())
    for make in (op.offload_status, op.offload_cancel):
        again.compound(op.putfh(c.target.fh), make(id).fails(NFS4ERR.BAD_STATEID))
