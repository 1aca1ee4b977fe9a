"""What a server sends over a back channel, whatever it has to say: RFC 8881 2.10.6.2, 2.10.8.2, 18.36.3, 20.9.

A client that waits for a lock makes it call: CB_NOTIFY_LOCK.
"""

import time

import pytest

from conformance import callbacks
from dittofs import wire
from dittofs.nfs4 import (
    BACK, CDFC4_BACK_OR_BOTH, NFS4ERR, SEQ4_STATUS_BACKCHANNEL_FAULT, WRITE_LT, WRITEW_LT, Client, callback_sec_parms4, channel,
    create, op,
)  # fmt: skip
from dittofs.testing.markers import covers, meets, needs
from dittofs.wire import nfs4_cb, rpc

pytestmark = needs("own")

PROGRAM = 0x40001234
CREDENTIALS = rpc.authsys_parms(7, "machine", 1000, 1001, [1002])


@pytest.fixture
def srv(instance):
    return instance(store="memory", clock="manual", settings={"nfs4.delegations": False})


class Caller:
    """Makes the server call a session, by a lock that another client holds."""

    def __init__(self, srv):
        self.holder = self.session(srv)
        self.file = self.holder.open(self.holder.path("/export"), "file", create(mode=0o666))
        self.offset = 0

    @staticmethod
    def session(srv, minorversion=1, **fields):
        return callbacks.session(srv, minorversion, **fields)

    def start(self, s, owner=b"waits"):
        """From here on there is a call on its way to `s`, about bytes that no other call is about."""
        self.offset += 10
        held = self.holder.lock(self.file, WRITE_LT, self.offset, 10, lock_owner=b"holds " + owner)
        mine = s.open(s.path("/export"), "file", owner=owner)
        wanted = op.lock(WRITEW_LT, self.offset, 10, open_stateid=mine, lock_owner=owner)
        s.compound(op.putfh(mine.fh), wanted.fails(NFS4ERR.DENIED))
        self.holder.compound(op.putfh(self.file.fh), op.locku(held, self.offset, 10))

    def call(self, s, owner=b"waits"):
        """The call that came, with its header and its CB_COMPOUND."""
        before = len(s.client.callbacks.of("CB_NOTIFY_LOCK"))
        self.start(s, owner)
        callbacks.wait(s, "CB_NOTIFY_LOCK", before + 1)
        return s.client.callbacks.of("CB_NOTIFY_LOCK")[before]


@pytest.fixture
def caller(srv):
    return Caller(srv)


def decoded(message):
    """The CB_COMPOUND of a call."""
    _, end = wire.decode_prefix(rpc.rpc_msg, message)
    return wire.decode(nfs4_cb.CB_COMPOUND4args, message[end:])


def until(condition, ends):
    """Reads connections until something came."""
    give_up = time.monotonic() + callbacks.LIMIT
    while not condition():
        assert time.monotonic() < give_up
        for end in ends:
            end.poll(0.05)


def sequence(call):
    first = call.compound.argarray[0]
    assert first.argop == nfs4_cb.OP_CB_SEQUENCE
    return first.opcbsequence


@pytest.mark.parametrize("minorversion", [1, 2])
@covers("RFC8881 18.36.3", "a call has the program that the client named, its version, and the minor version of the session")
@meets("8881-18.36.3-7")
def test_program(srv, caller, minorversion):
    s = caller.session(srv, minorversion, csa_cb_program=PROGRAM)
    call = caller.call(s)
    # The text says 4, the XDR description of RFC 5662 and every implementation say 1.
    assert call.header.body.cbody.prog == PROGRAM and call.header.body.cbody.vers in (1, 4)
    assert call.compound.minorversion == minorversion


@covers("RFC8881 20.9.3", "CB_SEQUENCE is the first operation, and there is no other one; it names the session and a slot of it")
@meets("8881-20.9.3-1")
def test_sequence_comes_first(srv, caller):
    s = caller.session(srv)
    call = caller.call(s)
    numbers = [each.argop for each in call.compound.argarray]
    assert numbers[0] == nfs4_cb.OP_CB_SEQUENCE and numbers.count(nfs4_cb.OP_CB_SEQUENCE) == 1 and len(numbers) > 1
    found = sequence(call)
    assert bytes(found.csa_sessionid) == s.sessionid
    assert found.csa_slotid <= found.csa_highest_slotid


@covers("RFC8881 18.36.4", "the first call on a slot has the sequence id one, and each one after it the next")
@meets("8881-20.9.3-2")
def test_sequence_ids(srv, caller):
    s = caller.session(srv)
    slots = {}
    for n in range(5):
        found = sequence(caller.call(s, b"owner %d" % n))
        slots.setdefault(found.csa_slotid, []).append(found.csa_sequenceid)
    for ids in slots.values():
        assert ids == list(range(1, len(ids) + 1))


@covers("RFC8881 20.9.3", "a slot has one call at a time: what waits for an answer is not followed by another on its slot")
@meets("8881-20.9.3-2")
def test_one_at_a_time(srv, caller):
    s = caller.session(srv)
    seen = []
    s.endpoint.serve = lambda message: seen.append(message)  # and answers nothing
    caller.start(s, b"first")
    caller.start(s, b"second")
    for _ in range(3):
        s.endpoint.poll(0.05)
        s.compound(op.putrootfh())
    slots = [decoded(message).argarray[0].opcbsequence.csa_slotid for message in seen]
    assert slots and len(set(slots)) == len(slots)


@pytest.mark.parametrize("parms", [
    callback_sec_parms4(rpc.AUTH_NONE),
    callback_sec_parms4(rpc.AUTH_SYS, cbsp_sys_cred=CREDENTIALS),
], ids=["AUTH_NONE", "AUTH_SYS"])  # fmt: skip
@covers("RFC8881 2.10.8.2", "a call has the flavor and the credentials that the client gave for it")
@meets("8881-2.10.8.2-1")
def test_credentials(srv, caller, parms):
    s = caller.session(srv, csa_sec_parms=[parms])
    cred = caller.call(s).header.body.cbody.cred
    assert cred.flavor == parms.cb_secflavor
    assert bytes(cred.body) == (wire.encode(CREDENTIALS) if parms.cb_secflavor == rpc.AUTH_SYS else b"")


@covers("RFC8881 2.10.6.2", "a call whose connection broke before the answer comes again over another one, with its slot and sequence id")
@meets("8881-2.10.6.2-1", "8881-20.9.3-2")
def test_again(srv, caller):
    s = caller.session(srv)
    second = s.over(Client(srv.host, srv.nfs_port).endpoint)
    second.compound(op.bind_conn_to_session(CDFC4_BACK_OR_BOTH), sequence=False)
    ends, came = [s.endpoint, second.endpoint], []
    for end in ends:
        end.serve = lambda message, end=end: came.append((end, message))
    caller.start(s)
    until(lambda: came, ends)
    [(end, _)] = came
    end.close()
    ends.remove(end)
    until(lambda: len(came) > 1, ends)
    assert [decoded(message) for _, message in came] == [decoded(came[0][1])] * 2


@covers("RFC8881 2.9.2", "a call that is not answered is not sent again while its connection is there; when that closes it is, before anything else on its slot")
@meets("8881-2.10.6.2-1", "8881-20.9.3-2")
def test_silent(srv, caller):
    srv.trace.start()
    s = caller.session(srv, csa_back_chan_attrs=channel(BACK, maxrequests=1))
    second = s.over(Client(srv.host, srv.nfs_port).endpoint)
    second.compound(op.bind_conn_to_session(CDFC4_BACK_OR_BOTH), sequence=False)
    ends, came = [s.endpoint, second.endpoint], []
    for end in ends:
        end.serve = lambda message, end=end: came.append((end, message))
    caller.start(s, b"first")
    until(lambda: came, ends)
    srv.clock.advance(5)
    caller.start(s, b"second")
    srv.clock.advance(6)
    srv.trace.wait("nfs4.cb.reply")
    for end in ends:
        end.poll(0.05)
    [(end, first)] = came
    end.close()
    ends.remove(end)
    until(lambda: len(came) > 1, ends)
    assert decoded(came[1][1]) == decoded(first)


@pytest.mark.parametrize("wrong", ["session", "sequence id", "slot"])
@covers("RFC8881 18.46.3", "SEQ4_STATUS_BACKCHANNEL_FAULT: the answer to CB_SEQUENCE belongs to no call")
@meets("8881-18.46.3-6")
def test_fault(srv, caller, wrong):
    s = caller.session(srv)

    def answer(args):
        ok = nfs4_cb.CB_SEQUENCE4resok(args.csa_sessionid, args.csa_sequenceid, args.csa_slotid, 0, 0)
        if wrong == "session":
            ok.csr_sessionid = b"x" * 16
        elif wrong == "sequence id":
            ok.csr_sequenceid += 1
        else:
            ok.csr_slotid += 1
        return nfs4_cb.CB_SEQUENCE4res(0, csr_resok4=ok)

    s.client.callbacks.on("CB_SEQUENCE", answer)
    srv.trace.start()
    caller.call(s)
    srv.trace.wait("nfs4.cb.path", path="fault")  # the answer and the next request may arrive as one
    assert s.compound(op.putrootfh()).sequence.sr_status_flags & SEQ4_STATUS_BACKCHANNEL_FAULT
