"""Stores in Python."""

import threading

import pytest

from dittofs import Server
from dittofs.nfs3 import NFS3ERR
from dittofs.stores import ContentStore, MetadataStore, StoreError


@pytest.mark.parametrize("parts", [{"metadata"}, {"content"}, {"metadata", "content"}], ids=lambda p: "+".join(sorted(p)))
def test_a_server_on_stores_in_python(mounted, parts):
    made = {"metadata": MetadataStore(), "content": ContentStore()}
    with Server(clock="manual", **{name: made[name] for name in parts}) as srv:
        m = mounted(srv)
        d = m.c.mkdir(m.root, "d").obj.handle
        f = m.c.create(d, "f").obj.handle
        m.c.write(f, 5, b"hello")
        assert bytes(m.c.read(f).data) == bytes(5) + b"hello"
        m.c.setattr(f, size=7)
        assert bytes(m.c.read(f).data) == bytes(5) + b"he"
        m.c.rename(d, "f", m.root, "g")
        names = {e.name for e in m.c.readdirplus(m.root).reply.entries}
        assert {"d", "g"} <= names
        m.c.rmdir(m.root, "d")
        m.c.remove(m.root, "g")
        m.c.getattr(f, fails=NFS3ERR.STALE)
    if "content" in parts:
        assert made["content"].files == {}
    if "metadata" in parts:
        assert list(made["metadata"].inodes) == [2]


def test_a_method_overridden(mounted):
    class Flaky(ContentStore):
        def write(self, file, offset, data):
            if offset == 4096:
                raise StoreError("no_space")
            return super().write(file, offset, data)

    with Server(content=Flaky()) as srv:
        m = mounted(srv)
        f = m.c.create(m.root, "f").obj.handle
        m.c.write(f, 0, b"fine")
        m.c.write(f, 4096, b"not", fails=NFS3ERR.NOSPC)


def test_a_script_that_breaks_is_an_io_error_and_no_more(mounted, capfd):
    class Broken(ContentStore):
        def read(self, file, offset, length):
            raise ZeroDivisionError("oops")

    with Server(content=Broken()) as srv:
        m = mounted(srv)
        f = m.c.create(m.root, "f").obj.handle
        m.c.write(f, 0, b"data")
        m.c.read(f, fails=NFS3ERR.IO)
        m.c.getattr(f)
    assert "ZeroDivisionError: oops" in capfd.readouterr().err


def test_a_failed_update_is_rolled_back(mounted):
    class Full(MetadataStore):
        full = False

        def put_dirent(self, dir, name, entry):
            if self.full:
                raise StoreError("no_space")
            super().put_dirent(dir, name, entry)

    store = Full()
    with Server(metadata=store) as srv:
        m = mounted(srv)
        store.full = True
        m.c.create(m.root, "f", fails=NFS3ERR.NOSPC)
        store.full = False
        m.c.lookup(m.root, "f", fails=NFS3ERR.NOENT)
        assert len(store.inodes) == 1
        m.c.create(m.root, "f")


def test_data_of_the_wrong_length_is_not_served(mounted):
    class Short(ContentStore):
        def read(self, file, offset, length):
            return b""

    with Server(content=Short()) as srv:
        m = mounted(srv)
        f = m.c.create(m.root, "f").obj.handle
        m.c.write(f, 0, b"data")
        m.c.read(f, fails=NFS3ERR.IO)


def test_a_content_store_outlives_what_it_was_asked_to_remove(mounted):
    """A crash waits for the remove() that is running and the one behind it, which nobody waits for otherwise."""

    class Slow(ContentStore):
        entered, go, removed = threading.Event(), threading.Event(), []

        def remove(self, file):
            self.entered.set()
            self.go.wait(30)
            self.removed.append(file.id)
            super().remove(file)

    store = Slow()
    with Server(content=store) as srv:
        m = mounted(srv)
        ids = [m.c.create(m.root, name).obj_attributes.attributes.fileid for name in "ab"]
        for name in "ab":
            m.c.remove(m.root, name)
        assert store.entered.wait(30)
        crash = threading.Thread(target=srv.crash)
        crash.start()
        crash.join(0.3)  # time in which a store that does not wait is gone
        assert crash.is_alive() and store.removed == []
        store.go.set()
        crash.join(30)
        assert not crash.is_alive() and store.removed == ids


def test_own_stores_take_the_place_of_one_export_in_memory():
    with pytest.raises(ValueError, match="one export"):
        Server(content=ContentStore(), exports=["/a", "/b"])
