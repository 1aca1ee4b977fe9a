"""A crash of the server at each commit of a scenario, before and after it happened: what was answered is there, and of
what was not, exactly what the commit had in it."""

import pytest

from dittofs import Server
from dittofs.faults import at, error, nth
from dittofs.nfs3 import NFS3ERR

from program.sound import sound

DATA = bytes(range(256)) * 1500

# Each is one call, durable when it is answered; h(path) is the handle of what is there.
SCENARIO = [
    lambda c, h: c.mkdir.call(h(""), "d", mode=0o755),
    lambda c, h: c.create.call(h("d"), "f", mode=0o644),
    lambda c, h: c.write.call(h("d/f"), 0, DATA),
    lambda c, h: c.create.call(h("d"), "g", mode=0o600),
    lambda c, h: c.write.call(h("d/g"), 300_000, b"far out"),
    lambda c, h: c.symlink.call(h("d"), "s", "f"),
    lambda c, h: c.link.call(h("d/g"), h(""), "g2"),
    lambda c, h: c.setattr.call(h("d/f"), size=1000),
    lambda c, h: c.rename.call(h("d"), "f", h("d"), "g"),
    lambda c, h: c.rename.call(h("d"), "g", h(""), "moved"),
    lambda c, h: c.remove.call(h(""), "g2"),
    lambda c, h: c.remove.call(h("d"), "s"),
    lambda c, h: c.rmdir.call(h(""), "d"),
]


def handles(m):
    """Handles by path, looked up each time."""

    def find(path):
        node = m.root
        for name in filter(None, path.split("/")):
            node = m.c.lookup(node, name).object.data
        return node

    return find


def tree(m, dir=None, path=""):
    """Everything below the root, as one comparable value."""
    dir = m.root if dir is None else dir
    out = {}
    for e in m.c.readdirplus(dir, maxcount=65536).reply.entries:
        name = str(e.name)
        if name in (".", ".."):
            continue
        handle, a = e.name_handle.handle.data, m.c.getattr(e.name_handle.handle.data).obj_attributes
        kind = a.type.name
        data = None
        if kind == "NF3REG":
            data = bytes(m.c.read(handle, 0, 1 << 20).data)
        elif kind == "NF3LNK":
            data = bytes(m.c.readlink(handle).data, "utf-8")
        out[f"{path}/{name}"] = (kind, handle, a.mode, a.nlink, a.size, data)
        if kind == "NF3DIR":
            out.update(tree(m, handle, f"{path}/{name}"))
    return out


def shape(state):
    """The same without what differs between servers: identities."""
    return {path: (node[0], *node[2:]) for path, node in state.items()}


def expected(mounted):
    with Server(store="lmdb", seed=1) as srv:
        m = mounted(srv)
        states = [shape(tree(m))]
        for step in SCENARIO:
            assert step(m.c, handles(m)).status == 0
            states.append(shape(tree(m)))
        return states


@pytest.mark.parametrize(
    "point, happened",
    [("store.txn.commit.before", False), (at.store("sync").before, False), (at.store("sync").after, False),
     ("store.txn.commit.after", True)],
    ids=str,
)  # fmt: skip
def test_a_crash_at_every_commit(mounted, point, happened):
    states = expected(mounted)
    for k in range(1, len(SCENARIO) + 1):
        with Server(store="lmdb", seed=1) as srv:
            m = mounted(srv)
            before = {}
            with srv.faults.arm(point, nth(k), error("io")) as rule:
                for done, step in enumerate(SCENARIO):
                    before = tree(m)
                    if step(m.c, handles(m)).status != 0:
                        break
                else:
                    pytest.fail(f"commit {k} did not come")
                assert rule.fired == 1
            srv.crash()
            sound(srv)
            srv.restart()
            m = mounted(srv)
            after = tree(m)
            assert shape(after) == states[done + 1 if happened else done], f"commit {k}"
            # Handles from before the crash are good, or STALE when their object is gone (RFC 1813 2.6).
            left = {node[1] for node in after.values()}
            for node in before.values():
                m.c.getattr(node[1], **({} if node[1] in left else {"fails": NFS3ERR.STALE}))
            # And it goes on where it was.
            for step in SCENARIO[done + 1 if happened else done :]:
                assert step(m.c, handles(m)).status == 0
            assert shape(tree(m)) == states[-1]
