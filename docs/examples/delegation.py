"""A delegation is given, and asked back when somebody else opens the file."""

from dittofs import Server, nfs4
from dittofs.nfs4 import BACK, create, op

FLAGS = nfs4.CREATE_SESSION4_FLAG_CONN_BACK_CHAN

with Server() as srv:
    holder = nfs4.Client("127.0.0.1", srv.nfs_port).session(csa_flags=FLAGS, csa_back_chan_attrs=BACK)
    holder.compound(op.reclaim_complete())
    export = holder.path("/export")
    f = holder.open(export, "f", create(mode=0o666), share_access=nfs4.OPEN4_SHARE_ACCESS_BOTH)
    given = f.results.open.delegation
    print("the first client is given:", given.delegation_type.name)

    other, export = nfs4.connect(srv.url)
    waiting = other.send(op.putfh(export), op.open("f"), op.getfh())
    while not (recalls := holder.client.callbacks.of("CB_RECALL")):
        holder.endpoint.poll(1.0)
    print("it is asked:", recalls[0].name)
    holder.compound(op.putfh(f.fh), op.delegreturn(recalls[0].args.stateid))
    print("and the other's OPEN, which has waited for that:", waiting.results().status.name)
