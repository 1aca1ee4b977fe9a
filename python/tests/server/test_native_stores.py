"""The engine's stores alone: threads, and what the durable one keeps across crashes."""

import gc
import itertools
import pathlib
import sys
import tempfile
import threading

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dittofs import Server, mount, nfs3
from dittofs.stores import Dirent, Inode, LmdbStore, MemoryStore, StoreError, Table

NEVER = 3600  # seconds after which what nobody waits for becomes durable: longer than any test


@pytest.fixture
def in_memory():
    """A folder where a sync costs nothing: what is tested is who waits for which, not the disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None) as path:
        yield pathlib.Path(path)


@pytest.fixture
def folder(in_memory):
    return str(in_memory / "store")


@pytest.fixture(params=["memory", "lmdb"])
def store(request, folder):
    if request.param == "memory":
        yield MemoryStore()
        return
    with LmdbStore(folder) as made:
        yield made


def put(key, value):
    return lambda txn: txn.put_row(Table.SERVER, key, value)


def get(key):
    return lambda txn: txn.row(Table.SERVER, key)


def make_file(txn) -> Inode:
    node = Inode()
    node.id, node.type, node.mode = txn.new_id(), 1, 0o644
    txn.put_inode(node)
    txn.put_dirent(2, b"name", Dirent(cookie=3, id=node.id, type=1))
    return node


def test_the_engines_store_alone():
    store = MemoryStore()
    node = store.update(make_file)
    assert store.read(lambda t: t.inode(node.id)).mode == 0o644
    assert store.read(lambda t: t.lookup(2, b"name")).id == node.id
    assert [name for name, _ in store.read(lambda t: t.scan(2))] == [b"name"]
    assert store.read(lambda t: t.lookup(2, b"other")) is None
    node = store.write_data(node, 10, b"hello")
    assert node.size == 15
    assert store.read_data(node, 0, 15) == bytes(10) + b"hello"


def test_an_exception_undoes_an_update():
    store = MemoryStore()

    def half(txn):
        make_file(txn)
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.update(half)
    assert store.read(lambda t: t.inode_count()) == 0


def test_a_transaction_does_not_outlive_its_call():
    store = MemoryStore()
    kept = store.read(lambda t: t)
    with pytest.raises(RuntimeError, match="has ended"):
        kept.inode(2)
    with pytest.raises(RuntimeError, match="this is a read"):
        store.read(lambda t: t.new_id())


def test_a_full_store_says_so():
    store = MemoryStore(capacity=1 << 20)
    node = store.update(make_file)
    with pytest.raises(StoreError, match="no_space"):
        store.write_data(node, 0, bytes(2 << 20))


def test_rows_entries_and_bytes(store):
    node = store.write_data(store.update(make_file), 10, b"hello")
    store.update(put(b"key", b"value"))
    assert (node.size, store.read_data(node, 0, 15)) == (15, bytes(10) + b"hello")
    assert store.read(lambda txn: (txn.inode(node.id).size, txn.lookup(2, b"name").id, txn.inode_count())) == (15, node.id, 1)
    assert store.read(get(b"key")) == b"value"
    store.update(lambda txn: txn.erase_row(Table.SERVER, b"key"))
    assert store.read(get(b"key")) is None


def test_all_or_nothing(store):
    def half(txn):
        put(b"key", b"value")(txn)
        raise KeyError("no")

    with pytest.raises(KeyError):
        store.update(half)
    assert store.read(get(b"key")) is None


def test_there_are_no_other_tables(store):
    with pytest.raises(ValueError, match="no table 7"):
        store.update(lambda txn: txn.put_row(7, b"", b""))
    with pytest.raises(ValueError, match="no table -1"):
        store.read(lambda txn: txn.row(-1, b""))


def test_a_thread_is_in_one_transaction(store):
    """What its function called would wait for it for ever."""
    calls = [lambda _: store.update(make_file), lambda _: store.write_data(Inode(), 0, b"x"), lambda _: store.read_data(Inode(), 0, 1)]
    if isinstance(store, LmdbStore):
        calls += [lambda _: store.wait_durable(), lambda _: store.close(), lambda _: store.crash()]
    for call in calls:
        for transaction in (store.read, store.update):
            with pytest.raises(RuntimeError, match="in a transaction already"):
                transaction(call)
    assert store.read(lambda txn: txn.inode_count()) == 0


def test_updates_of_threads_come_one_after_the_other(store):
    """Also when the interpreter changes threads in the middle of one: nobody waits for a lock with the interpreter's."""

    def add(txn):
        before = int(txn.row(Table.SERVER, b"sum") or b"0")
        put(b"sum", b"%d" % (before + 1))(txn)

    def many():
        for _ in range(200):
            store.update(add)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=many) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert store.read(get(b"sum")) == b"800"


def test_what_was_closed_is_there_again(folder):
    with LmdbStore(folder) as store:
        node = store.write_data(store.update(make_file), 0, b"data")
    with pytest.raises(RuntimeError, match="closed"):
        store.read(get(b"key"))
    with LmdbStore(folder) as store:
        again = store.read(lambda txn: txn.inode(txn.lookup(2, b"name").id))
        assert (again.id, again.size, store.read_data(again, 0, 4)) == (node.id, 4, b"data")
        assert store.update(lambda txn: txn.new_id()) > node.id


def test_a_crash_takes_what_nobody_waited_for(folder):
    store = LmdbStore(folder, flush_after=NEVER)
    node = store.write_data(store.update(make_file), 0, b"durable")
    store.wait_durable()
    store.update(put(b"key", b"lost"))
    store.write_data(node, 7, b", lost")
    store.crash()
    for call in (lambda: store.read(get(b"key")), lambda: store.update(make_file), lambda: store.read_data(node, 0, 1)):
        with pytest.raises(StoreError, match="io"):
            call()
    with pytest.raises(StoreError, match="io"):
        store.wait_durable()
    with LmdbStore(folder) as after:
        assert after.read(get(b"key")) is None
        kept = after.read(lambda txn: txn.inode(node.id))
        assert (kept.size, after.read_data(kept, 0, 7)) == (7, b"durable")


def test_a_store_that_nobody_closes_crashes(folder, capfd):
    store = LmdbStore(folder, flush_after=NEVER)
    store.update(put(b"key", b"lost"))
    del store
    gc.collect()
    with LmdbStore(folder) as after:
        assert after.read(get(b"key")) is None
    assert capfd.readouterr().err == ""


def test_updates_share_a_commit(folder):
    with LmdbStore(folder, flush_after=NEVER) as store:
        before = store.commits
        for i in range(100):
            store.update(put(b"%d" % i, b"value"))
        store.wait_durable()
        assert store.commits == before + 1


def test_a_store_in_use_is_refused(folder):
    with LmdbStore(folder), pytest.raises(RuntimeError, match="in use"):
        LmdbStore(folder)
    LmdbStore(folder).close()


def test_a_damaged_store_is_refused(folder):
    with LmdbStore(folder) as store:
        for i in range(1000):
            store.update(put(b"%d" % i, bytes(100)))
    with open(f"{folder}/data.mdb", "r+b") as database:
        database.seek(0)
        database.write(b"\xff" * 16384)
    with pytest.raises(RuntimeError, match="is damaged"):
        LmdbStore(folder)


def test_a_servers_store_can_be_looked_into_when_it_has_stopped(tmp_path):
    with Server(store="lmdb", data_dir=str(tmp_path)) as srv:
        root = mount.Client(srv.host, srv.nfs_port).mnt("/export").fhandle
        c = nfs3.Client(srv.host, srv.nfs_port)
        c.write(c.create(root, "hello").obj, 0, b"from a server")
    with LmdbStore(str(tmp_path / "exports" / "export")) as store:
        ((name, entry),) = store.read(lambda txn: txn.scan(2))
        node = store.read(lambda txn: txn.inode(entry.id))
        assert (name, node.nlink, store.read_data(node, 0, node.size)) == (b"hello", 1, b"from a server")


class Crashes(RuleBasedStateMachine):
    """Rows of a durable store against a dictionary: a crash leaves what the last wait_durable() or close() had made so."""

    folders = None

    @initialize()
    def start(self):
        self.folder = str(next(self.folders))
        self.rows, self.durable = {}, {}
        self.store = LmdbStore(self.folder, flush_after=NEVER)

    @rule(key=st.binary(min_size=1, max_size=2), value=st.one_of(st.none(), st.binary(max_size=40)))
    def change(self, key, value):
        if value is None:
            self.store.update(lambda txn: txn.erase_row(Table.SERVER, key))
            self.rows.pop(key, None)
        else:
            self.store.update(put(key, value))
            self.rows[key] = value

    @rule()
    def wait(self):
        self.store.wait_durable()
        self.durable = dict(self.rows)

    @rule()
    def close(self):
        self.store.close()
        self.durable = dict(self.rows)
        self.store = LmdbStore(self.folder, flush_after=NEVER)

    @rule()
    def crash(self):
        self.store.crash()
        self.rows = dict(self.durable)
        self.store = LmdbStore(self.folder, flush_after=NEVER)

    @invariant()
    def holds_what_it_should(self):
        known = set(self.rows) | set(self.durable)
        assert self.store.read(lambda txn: {key: txn.row(Table.SERVER, key) for key in known}) == {
            key: self.rows.get(key) for key in known
        }

    def teardown(self):
        self.store.close()


def test_crashes_at_any_time(in_memory):
    Crashes.folders = (in_memory / str(number) for number in itertools.count())
    machine = Crashes.TestCase()
    machine.settings = settings(
        max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    machine.runTest()
