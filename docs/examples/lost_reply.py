"""A reply is lost after its call was applied: does the client's retransmission do it twice?"""

from dittofs import Server, nfs3, nfs4
from dittofs.faults import at, drop_reply, once
from dittofs.nfs4 import op

with Server() as srv:
    c, root = nfs3.connect(srv.url)
    c.create(root, "f")
    with srv.faults.arm(at.nfs3("REMOVE").leave, once, drop_reply()) as rule:
        lost = c.remove.send(root, "f")
        rule.wait()  # it is gone, and nobody was told
        c.endpoint.send(lost.call)  # the same bytes again
        print("NFSv3, the duplicate request cache:", lost.result().outcome.name)

    s, export = nfs4.connect(srv.url)
    s.mkdir(export, "d")
    with srv.faults.arm("nfs4.compound.end", once, drop_reply()) as rule:
        lost = s.send(op.putfh(export), op.remove("d"), sa_cachethis=True)
        rule.wait()
        s.endpoint.send(lost.call)
        print("NFSv4.1, the session's slot:", lost.result().status.name)
    s.compound(op.putfh(export), op.remove("d").fails(nfs4.NFS4ERR.NOENT))
