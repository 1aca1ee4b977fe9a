"""One session recorded, and sent to a server that has something wrong with it: which field differs first?"""

from dittofs import Server, nfs3
from dittofs.faults import at, fail, once
from dittofs.replay import Proxy, Recording, replay

recording = Recording()
with Server() as good, Proxy("127.0.0.1", good.nfs_port, recording) as proxy:
    c, root = nfs3.connect(f"nfs://127.0.0.1:{proxy.port}/export")  # any client could be recorded like this
    d = c.mkdir(root, "d").obj.handle
    f = c.create(root, "f").obj.handle
    c.write(f, 0, b"0123456789")
    c.rename(root, "f", d, "g")
    c.getattr(f)
    c.endpoint.close()

with Server() as other:
    with other.faults.arm(at.nfs3("RENAME").enter, once, fail(nfs3.NFS3ERR.XDEV)):
        for run in replay(recording, "127.0.0.1", other.nfs_port):
            print(run)
