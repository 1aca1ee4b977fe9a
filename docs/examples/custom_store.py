"""A store written in Python: a disk that is full at 1 MiB, and how NFSv3 and NFSv4 say so."""

from dittofs import Server, nfs3, nfs4
from dittofs.nfs3 import NFS3ERR
from dittofs.stores import ContentStore, StoreError

LIMIT = 1 << 20


class SmallDisk(ContentStore):
    """Counts what is written, and refuses what does not fit."""

    used = 0

    def write(self, file, offset, data):
        if self.used + len(data) > LIMIT:
            raise StoreError("no_space")
        self.used += len(data)
        return super().write(file, offset, data)


with Server(content=SmallDisk()) as srv:
    c, root = nfs3.connect(srv.url)
    f = c.create(root, "f").obj.handle
    for offset in range(0, LIMIT, 1 << 18):
        c.write(f, offset, bytes(1 << 18))
    full = c.write(f, LIMIT, b"x", fails=NFS3ERR.NOSPC)
    print("NFSv3:", full.outcome.name)

    s, export = nfs4.connect(srv.url)
    print("NFSv4:", s.call(nfs4.op.putfh(s.lookup(export, "f")), nfs4.op.write(nfs4.ANONYMOUS, LIMIT, b"x")).status.name)
    print("kept:", c.getattr(f).obj_attributes.size, "bytes")
