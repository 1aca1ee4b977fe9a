"""Handlers in Python: an operation that is wrapped, and one that the server does not have."""

import dittofs
from dittofs import nfs4
from dittofs.nfs4 import NFS4ERR, op

with dittofs.Server() as srv:
    s, root = nfs4.connect(srv.url)

    @srv.nfs4.op("LOOKUP")
    def moved(call):  # what is called "old" is found as "new", and nobody finds what is secret
        if call.args.objname == "secret":
            return call.fail(NFS4ERR.ACCESS)
        return call.next(objname="new") if call.args.objname == "old" else call.next()

    @srv.nfs4.op("GETDEVICELIST")
    def devices(call):  # of pNFS, which the server does not do
        found = nfs4.GETDEVICELIST4resok(gdlr_deviceid_list=[b"16 bytes: a disk"], gdlr_eof=True)
        return call.reply(gdlr_resok4=found)

    s.mkdir(root, "new")
    s.compound(op.putfh(root), op.lookup("old"))
    s.compound(op.putfh(root), op.lookup("secret").fails(NFS4ERR.ACCESS))
    print("devices:", s.compound(op.putfh(root), op.getdevicelist(1)).getdevicelist.gdlr_deviceid_list)
    moved.remove()
    print("without the handler:", s.call(op.putfh(root), op.lookup("old")).status)
