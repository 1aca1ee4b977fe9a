"""The write verifier changes exactly when unstable data may be gone (RFC 1813 3.3.7)."""

import pytest

from dittofs import Server, mount, portmap


def unstable_write(srv, mounted, data: bytes) -> tuple[bytes, bytes]:
    """A file with data that nobody committed: its handle and the verifier."""
    m = mounted(srv)
    f = m.c.create(m.root, "f").obj.handle.data
    return f, bytes(m.c.write(f, 0, data, stable=0).verf)


def verifier(srv, mounted, file: bytes) -> bytes:
    return bytes(mounted(srv).c.commit(file).verf)


def test_a_clean_stop_keeps_unstable_data_and_the_verifier(mounted):
    with Server(store="lmdb") as srv:
        f, before = unstable_write(srv, mounted, b"unstable" * 50_000)
        srv.stop()
        srv.start()
        assert verifier(srv, mounted, f) == before
        assert bytes(mounted(srv).c.read(f, 0, 1 << 20).data) == b"unstable" * 50_000


def test_a_crash_draws_a_new_one(mounted):
    with Server(store="lmdb") as srv:
        f, before = unstable_write(srv, mounted, b"unstable")
        srv.crash()
        srv.start()
        assert verifier(srv, mounted, f) != before


def test_so_does_a_crash_after_a_clean_stop_and_start(mounted):
    with Server(store="lmdb") as srv:
        f, before = unstable_write(srv, mounted, b"unstable")
        srv.restart()
        assert verifier(srv, mounted, f) == before
        srv.crash()
        srv.start()
        assert verifier(srv, mounted, f) != before


def test_a_start_that_fails_changes_nothing(mounted, tmp_path):
    data = str(tmp_path)
    with Server(store="lmdb", data_dir=data) as srv, Server() as other:
        f, before = unstable_write(srv, mounted, b"unstable")
        port = srv.nfs_port
        srv.stop()
        with pytest.raises(RuntimeError, match="in use"):
            Server(store="lmdb", data_dir=data, settings={"listen.nfs_port": other.nfs_port}).start()
        srv.start()
        assert (srv.nfs_port, verifier(srv, mounted, f)) == (port, before)


def test_what_is_of_one_run_only():
    """The list of mounts and the registrations with portmap are kept nowhere."""

    def seen(srv):
        with mount.Client(srv.host, srv.nfs_port) as m, portmap.Client(srv.host, srv.portmap_port) as p:
            return len(m.dump().result) == 1, p.getport(400_100, 1, 6).result == 4711

    with Server(store="lmdb") as srv:
        with mount.Client(srv.host, srv.nfs_port) as m, portmap.Client(srv.host, srv.portmap_port) as p:
            m.mnt("/export")
            p.set(400_100, 1, 6, 4711)
        assert seen(srv) == (True, True)
        srv.restart()
        assert seen(srv) == (False, False)


def test_every_memory_server_has_a_new_one(mounted):
    with Server() as srv:
        _, before = unstable_write(srv, mounted, b"unstable")
        srv.restart()
        assert unstable_write(srv, mounted, b"unstable")[1] != before
