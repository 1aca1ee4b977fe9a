"""The fuzzer of running servers: ours stands it, and it finds and shrinks what a broken one does wrong."""

import os
import subprocess
import sys

import pytest

from dittofs import Server
from dittofs.faults import always, drop_reply, reset, set_, truncate, when
from dittofs.fuzz import Fuzzer, Part, Step, Trouble, minimised, run_steps
from dittofs.fuzz.corpus import Corpus
from dittofs.fuzz.minimise import fewer
from dittofs.fuzz.pytest_file import source
from dittofs.fuzz.worlds import Place
from dittofs.testing.targets.program import find
from dittofs.wire import nfs4 as w

VERSIONS = ("3", "4.0", "4.1", "4.2")
READLINK = {"3": Step((Part("nfs3", "READLINK", refs={"symlink": "link"}, args=bytes(4)),)), "4.1": Step((
    Part.of("PUTFH", w.PUTFH4args(object=b""), {"object": "link"}), Part.of("READLINK"), Part.of("GETFH")
))}  # fmt: skip


@pytest.fixture
def server():
    with Server(seed=1) as srv:
        yield srv


def fuzzer(server, version, **more):
    return Fuzzer(server.host, server.nfs_port, "/export", version, **more)


def attempt(server, version):
    return lambda steps: run_steps(server.host, server.nfs_port, "/export", version, steps, timeout=0.5)


@pytest.mark.parametrize("store", ["memory", "lmdb"])
@pytest.mark.parametrize("version", VERSIONS)
def test_ours_stands_it(version, store):
    # Little room: 40 GiB of zeros, which ALLOCATE may be asked for, take longer than a client waits.
    with Server(store, settings={"store.memory_capacity": 1 << 28}) as srv:
        assert fuzzer(srv, version, seed=3).run(steps=3000 if store == "memory" else 600) is None
        assert srv.check_state() == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_world_leaves_nothing_behind(server, version):
    place = Place(server.host, server.nfs_port, "/export", 10)
    place.world(version).close()
    world = place.world("3")
    names = {entry.name for entry in world.c.readdir(world.known["export"], 0, bytes(8), 4096).reply.entries}
    assert {name for name in names if not name.startswith(".")} == {world._name.decode()}
    world.close()


def test_the_same_seed_sends_the_same(server):
    runs = []
    for _ in range(2):
        one = fuzzer(server, "4.1", seed=7)
        one.run(steps=300)
        runs.append([str(step) for step in one.corpus.steps])
    assert runs[0] == runs[1] and len(runs[0]) > 50


def test_a_corpus_is_small_and_can_be_kept(tmp_path):
    long = Step((Part.of("GETFH"), Part.of("GETFH")))
    short = Step((Part.of("GETFH"),))
    corpus = Corpus(most=1)
    for signature, step in (("a", long), ("a", short), ("a", long), ("b", short)):
        corpus.add(signature, step)
    assert corpus.steps == [short]
    corpus.save(tmp_path / "corpus")
    assert Corpus.load(tmp_path / "corpus").steps == [short]
    (tmp_path / "corpus").write_text('{"parts": []}\n')
    with pytest.raises(ValueError, match="corpus:1: 'sequence'"):
        Corpus.load(tmp_path / "corpus")


@pytest.mark.parametrize("version", ["3", "4.1"])
@pytest.mark.parametrize(
    "action, trouble",
    [(truncate(4), Trouble.MALFORMED), (drop_reply(), Trouble.HANGS), (reset(), Trouble.CLOSES)],
    ids=["malformed", "hangs", "closes"],
)
def test_what_is_found(server, version, action, trouble):
    point = {"3": "nfs3.proc.READLINK.leave", "4.1": "nfs4.op.READLINK.leave"}[version]
    if trouble is Trouble.MALFORMED:
        point, only = "rpc.reply.tx", when(proc="READLINK" if version == "3" else "COMPOUND")
    else:
        only = always
    place = Place(server.host, server.nfs_port, "/export", 0.5)
    world = place.world(version)
    with server.faults.arm(point, only, action):
        from dittofs.fuzz.run import attempt as once

        reply, found = once(place, world, version, (READLINK[version],))
    assert reply is None and found.trouble is trouble
    world.close()


def test_a_wrong_answer(server):
    place = Place(server.host, server.nfs_port, "/export", 10)
    world = place.world("4.1")
    with server.faults.arm("rpc.reply.tx", always, set_("status", int(w.NFS4ERR_IO))):
        from dittofs.fuzz.run import attempt as once

        _, found = once(place, world, "4.1", (READLINK["4.1"],))
    assert found.trouble is Trouble.WRONG and "the compound's status is NFS4ERR_IO, the last result's NFS4_OK" in found.says
    world.close()


def test_a_server_that_is_gone():
    with Server() as srv:
        host, port = srv.host, srv.nfs_port
        one = Fuzzer(host, port, "/export", "4.1")
        world = one.place.world("4.1")
    from dittofs.fuzz.run import attempt as once

    _, found = once(one.place, world, "4.1", (READLINK["4.1"],))
    assert found.trouble is Trouble.GONE


def test_it_finds_and_shrinks(server):
    """One operation in one version is broken: a run finds it, and of hundreds of requests one operation is left."""
    with server.faults.arm("nfs4.op.READLINK.enter", always, reset()):
        found = fuzzer(server, "4.2", seed=1).run(steps=5000)
        assert found is not None and found.trouble is Trouble.CLOSES
        least = minimised(found, attempt(server, "4.2"))
    assert [[part.name for part in step.parts] for step in least.steps] == [["PUTFH", "READLINK"]]
    assert not least.steps[0].lies


def test_what_does_not_come_again_is_left_as_it_was(server):
    steps = (READLINK["4.1"], READLINK["4.1"])
    with server.faults.arm("nfs4.op.READLINK.enter", always, reset()):
        found = attempt(server, "4.1")(steps)
    assert minimised(found, attempt(server, "4.1")) is found


@pytest.mark.parametrize("needed", [{0}, {9}, {3, 4}, {0, 5, 9}, set(range(10))])
def test_as_few_as_fail(needed):
    assert fewer(list(range(10)), lambda items: needed <= set(items)) == sorted(needed)


def test_a_finding_is_a_pytest_file(server, tmp_path):
    with server.faults.arm("nfs4.op.READLINK.enter", always, reset()):
        least = minimised(attempt(server, "4.1")((READLINK["4.1"],)), attempt(server, "4.1"))
        file = tmp_path / "test_finding.py"
        file.write_text(source(least, file.name, "--vers 4.1 --seed 7"))
        broken = run_pytest(file, server)
    well = run_pytest(file, server)
    assert broken.returncode == 1 and "the server closed the connection" in broken.stdout
    assert well.returncode == 0, well.stdout + well.stderr


def run_pytest(file, server):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "CONFORMANCE_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file.name, "--server", server.url]
    return subprocess.run(command, cwd=file.parent, env=environment, capture_output=True, text=True, timeout=60)


def test_the_command_with_a_program_of_ours(tmp_path):
    command = [sys.executable, "-m", "dittofs", "fuzz", "--dfs", find(None), "--vers", "4.1", "--seed", "1", "--requests", "300"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0 and "nothing found: 300 requests" in done.stdout, done.stdout + done.stderr
    command[command.index("--dfs") + 1] = "/bin/false"
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.returncode == 2 and "error: /bin/false does not start" in done.stderr


def test_the_command(server, tmp_path):
    command = [sys.executable, "-m", "dittofs", "fuzz", "--server", server.url, "--vers", "4.2", "--seed", "1", "--requests", "5000"]
    command += ["--corpus", str(tmp_path / "corpus.jsonl"), "--out", str(tmp_path / "test_it.py")]
    with server.faults.arm("nfs4.op.READLINK.enter", always, reset()):
        found = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "requests lead to it" in found.stdout and "Part.of('READLINK')" in (tmp_path / "test_it.py").read_text()
    command[command.index("5000")] = "300"
    nothing = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert nothing.returncode == 0 and "nothing found: 300 requests" in nothing.stdout, nothing.stdout + nothing.stderr
