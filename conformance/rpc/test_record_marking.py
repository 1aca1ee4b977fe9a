"""Records and fragments over TCP: RFC 5531 11. The bytes of a call do not depend on how they are cut."""

import pytest

from conformance.nfs3.checks import attributes
from dittofs.rpc import Closed, TimedOut, msg_type
from dittofs.rpc import record
from dittofs.testing.markers import covers, meets

SIZES = [1, 2, 3, 4, 5, 7, 8, 16, 31, 40, 64, 100]


@pytest.mark.parametrize("size", SIZES)
@covers("RFC5531 11", "a call in fragments of every size")
@meets("5531-11-1")
def test_fragments(nfs3, file, size):
    assert nfs3.getattr(file, fragments=size).obj_attributes == attributes(nfs3, file)


@pytest.mark.parametrize("cut", range(1, 72, 3))
@covers("RFC5531 11", "a call in two fragments, cut anywhere")
@meets("5531-11-1")
def test_two_fragments(nfs3, file, cut):
    nfs3.getattr(file, fragments=[cut])


LAYOUTS = {
    "empty first": [0],
    "empty first twice": [0, 0],
    "empty between": [20, 0, 0, 20],
    "empty everywhere": [0, 1, 0, 2, 0, 3, 0],
    "growing": [1, 2, 4, 8, 16],
    "mark of each word": [4] * 10,
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@covers("RFC5531 11", "a fragment may be of any length, zero included; the last one ends the record")
@meets("5531-11-1")
def test_layouts(nfs3, file, layout):
    nfs3.getattr(file, fragments=layout)


@covers("RFC5531 11", "all of the record may come before an empty last fragment")
@meets("5531-11-1")
def test_empty_last(nfs3, file):
    message = nfs3.getattr.message(file)
    nfs3.endpoint.send(message, fragments=[len(message.bytes)]).result()


@pytest.mark.parametrize("size", [1000, 4096, 65536])
@covers("RFC5531 11", "a large WRITE in many fragments")
def test_large(nfs3, file, size):
    data = bytes(n % 251 for n in range(size))
    nfs3.write(file, 0, data, fragments=max(size // 50, 1))
    assert bytes(nfs3.read(file, 0, size).data) == data


@covers("RFC5531 11", "a thousand fragments of one byte in a WRITE")
def test_one_byte_fragments(nfs3, file):
    data = b"0123456789" * 100
    nfs3.write(file, 0, data, fragments=1)
    assert bytes(nfs3.read(file, 0, 1000).data) == data


@pytest.mark.parametrize("count", [2, 10, 100])
@covers("RFC5531 11", "several records in one segment: each is answered")
@meets("5531-11-2")
def test_together(nfs3, rpc, file, count):
    calls = [nfs3.getattr.message(file) for _ in range(count)]
    pending = [rpc.expect(call) for call in calls]
    rpc.send_bytes(b"".join(record.mark(call.bytes) for call in calls))
    for p in pending:
        p.result()


@covers("RFC5531 11", "a record that comes byte by byte")
@meets("5531-11-2")
def test_byte_by_byte(nfs3, rpc, file):
    call = nfs3.getattr.message(file)
    pending = rpc.expect(call)
    rpc.send_bytes(record.mark(call.bytes), step=1)
    pending.result()


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 5, 30, 60])
@covers("RFC5531 11", "a record cut in two segments, in the mark too; nothing is answered before it is whole")
@meets("5531-11-2")
def test_two_segments(nfs3, rpc, connect, file, cut):
    from dittofs import nfs3 as module

    call = nfs3.getattr.message(file)
    data = record.mark(call.bytes)
    pending = rpc.expect(call)
    rpc.send_bytes(data[:cut])
    module.Client(connect()).null()  # the server has had its chance, and serves others meanwhile
    assert not rpc.readable
    rpc.send_bytes(data[cut:])
    pending.result()


@covers("RFC5531 11", "the end of one record and half of the next in one segment")
@meets("5531-11-2")
def test_overlapping(nfs3, rpc, file):
    first, second = nfs3.getattr.message(file), nfs3.null.message()
    data = record.mark(first.bytes) + record.mark(second.bytes)
    cut = len(record.mark(first.bytes)) + 10
    pending = [rpc.expect(first), rpc.expect(second)]
    rpc.send_bytes(data[:cut])
    pending[0].result()
    rpc.send_bytes(data[cut:])
    pending[1].result()


@covers("RFC5531 11", "connections do not disturb each other's records")
def test_interleaved_connections(connect, file):
    from dittofs import nfs3 as module

    clients = [module.Client(connect()) for _ in range(8)]
    calls = [client.getattr.message(file) for client in clients]
    pending = [client.endpoint.expect(call) for client, call in zip(clients, calls)]
    whole = [record.mark(call.bytes, 10) for call in calls]
    for at in range(0, max(map(len, whole)), 7):
        for client, data in zip(clients, whole):
            if data[at : at + 7]:
                client.endpoint.send_bytes(data[at : at + 7])
    for p in pending:
        p.result()


@covers("RFC5531 11", "a connection closed in the middle of a record executes nothing and harms nobody")
def test_closed_in_the_middle(nfs3, connect, home):
    from dittofs import nfs3 as module

    dying = module.Client(connect())
    data = record.mark(dying.mkdir.message(home, "d").bytes)
    dying.endpoint.send_bytes(data[:-4])
    dying.close()
    nfs3.null()
    assert nfs3.lookup.call(home, "d").outcome != 0


@covers("RFC793 3.5", "a client that has nothing more to send may still receive: what it asked is answered")
def test_half_closed(nfs3, rpc, file):
    calls = [nfs3.getattr.send(file) for _ in range(10)]
    rpc.finish()
    for call in calls:
        call.result()
    rpc.wait_closed()


@pytest.mark.parametrize("size", [2**30, 2**31 - 1], ids=hex)
@covers("RFC5531 11", "a record much longer than any call: the connection may end, the server goes on")
def test_oversize_record(nfs3, connect, size):
    victim = connect()
    victim.send_bytes(record.header(size) + bytes(100))
    nfs3.null()


@pytest.mark.parametrize("message", [b"", b"\0", b"\0" * 4, b"\0" * 8, b"\xff" * 40, b"GET / HTTP/1.1\r\n\r\n"])
@covers("RFC5531 9", "a record that is no RPC message gets no reply that answers another; the server goes on")
@meets("5531-9-10")
def test_no_message(nfs3, connect, message):
    from dittofs import nfs3 as module

    victim = module.Client(connect())
    victim.endpoint.send_bytes(record.mark(message))
    try:
        victim.null()  # the connection may go on, or end
    except Closed:
        pass
    nfs3.null()


@covers("RFC5531 9", "a REPLY sent to a server is not answered")
@meets("5531-9-10")
def test_reply_instead_of_call(nfs3, rpc):
    from dittofs.rpc import Call

    stray = Call(xid=0x0DDBA11, prog=100003, vers=3, proc=0, mtype=msg_type.REPLY)
    rpc.send_bytes(record.mark(stray.bytes))
    try:
        nfs3.null()
    except Closed:
        return
    assert rpc.strays == []


@pytest.mark.parametrize("mtype", [2, 255, 2**32 - 1])
@covers("RFC5531 9", "a message that is neither CALL nor REPLY is not answered, or with an error")
@meets("5531-9-10")
def test_unknown_message_type(nfs3, rpc, connect, mtype):
    from dittofs import nfs3 as module

    odd = module.Client(connect())
    odd.endpoint.send_bytes(record.mark(odd.null.message(mtype=mtype).bytes))
    try:
        odd.null()
    except Closed:
        pass
    nfs3.null()


@pytest.mark.parametrize("size", range(4, 40, 4))
@covers("RFC5531 9", "a call whose header ends too early is not executed; the server goes on")
@meets("5531-9-10")
def test_truncated_header(nfs3, connect, size):
    from dittofs import nfs3 as module

    odd = module.Client(connect())
    odd.endpoint.send_bytes(record.mark(odd.null.message().bytes[:size]))
    try:
        odd.null()
    except Closed:
        pass
    nfs3.null()


@covers("RFC5531 11", "the server's own replies are records that can be read, however large")
@meets("5531-11-3")
def test_large_reply(nfs3, file):
    nfs3.setattr(file, size=1 << 20)
    r = nfs3.read(file, 0, min(nfs3.fsinfo(file).rtmax, 1 << 20))
    assert bytes(r.data) == bytes(r.count)


@covers("RFC5531 11", "a client that does not read for a while gets all its replies")
def test_slow_reader(nfs3, rpc, file):
    nfs3.setattr(file, size=1 << 20)
    size = min(nfs3.fsinfo(file).rtmax, 1 << 16)
    calls = [nfs3.read.send(file, 0, size) for _ in range(200)]
    try:
        assert sum(call.result().count for call in calls) == 200 * size
    except TimedOut:
        pytest.fail("replies are missing")
