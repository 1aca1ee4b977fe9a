"""A COMPOUND in five lines."""

from dittofs import Server, nfs4
from dittofs.nfs4 import CURRENT, create, op

with Server() as srv:
    s, export = nfs4.connect(srv.url, minorversion=2)
    r = s.compound(op.putfh(export), op.open("f", create(mode=0o644)), op.write(CURRENT, 0, b"hi"), op.getattr("size"))
    print(r.write.count, "bytes written; the size is", r.getattr.attributes.size)
