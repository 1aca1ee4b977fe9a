"""A power cut, from Python: what was promised to be on stable storage is there, and the verifier says what may not be."""

from dittofs import Server, nfs3

with Server(store="lmdb") as srv:
    c, root = nfs3.connect(srv.url)
    kept, lost = c.create(root, "kept").obj.handle, c.create(root, "perhaps").obj.handle
    before = c.write(kept, 0, b"on disk", nfs3.FILE_SYNC).verf
    c.write(lost, 0, b"in memory", nfs3.UNSTABLE)

    srv.crash()
    srv.restart()

    c, root = nfs3.connect(srv.url)
    print("FILE_SYNC:", bytes(c.read(kept, 0, 100).data))
    print("UNSTABLE, never committed:", bytes(c.read(lost, 0, 100).data))
    print("the write verifier has changed:", c.commit(kept).verf != before)
