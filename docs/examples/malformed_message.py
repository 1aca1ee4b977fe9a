"""Messages that lie: fields overwritten by their path, records cut by hand, callbacks answered wrongly."""

import dittofs
from dittofs import nfs3, nfs4
from dittofs.nfs4 import op
from dittofs.rpc import accept_stat, auth_stat

with dittofs.Server() as srv:
    c, root = nfs3.connect(srv.url)
    c.lookup(root, "x", patch={"len(what.name)": 0xFFFFFFFF}, fails=accept_stat.GARBAGE_ARGS)
    c.getattr(root, patch={"body.cbody.cred.flavor": 99}, fails=auth_stat.AUTH_REJECTEDCRED)

    s, export = nfs4.connect(srv.url)
    r = s.call(op.putfh(export), op.getattr("size"), patch={"argarray[2].argop": 4711})  # behind SEQUENCE
    print("an operation that there is not:", r[1].name, r[1].status)

    with c.endpoint.held() as record:  # two calls, sent as the test likes
        first, second = c.getattr.send(root), c.null.send()
    record.send(10)  # the beginning of a record: the server waits
    for left in record.drip(40):
        pass
    print("dripped:", first.result().outcome, second.result().outcome)

    with c.endpoint.held() as record:
        c.null.send()
    record.bytes[:4] = b"\x7f\xff\xff\xff"  # a fragment of 2 GiB, and not the last
    record.send()
    c.endpoint.wait_closed()
    print("closed by the server; a new client is served:", nfs3.connect(srv.url)[0].null().outcome)
