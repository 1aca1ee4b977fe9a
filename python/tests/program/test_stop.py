"""How the program's end is told to clients: by the write verifier (RFC 1813 3.3.7)."""

import signal

import pytest

from dittofs import mount, nfs3


@pytest.mark.parametrize("how, kept", [(signal.SIGTERM, True), (signal.SIGKILL, False)])
def test_the_write_verifier_is_kept_over_a_clean_end_only(start, how, kept):
    def at_work():
        server = start("--data-dir", "data")
        root = mount.Client("127.0.0.1", server.mount).mnt("/export").fhandle
        return server, root, nfs3.Client("127.0.0.1", server.nfs)

    server, root, c = at_work()
    f = c.create(root, "f").obj.handle.data
    before = bytes(c.write(f, 0, b"unstable", stable=0).verf)
    assert server.stop(how) == (0 if kept else -signal.SIGKILL)
    server, root, c = at_work()
    assert (bytes(c.commit(f).verf) == before) is kept
    if kept:
        assert bytes(c.read(f).data) == b"unstable"
    assert server.stop() == 0
