"""What Linux makes of NFSv4.2 (RFC 7862, RFC 8276): the calls of an application, and the operations they become."""

from types import SimpleNamespace

import pytest

from dittofs.testing.targets import choose
from pjdfstest.kernel import PIPE, PYTHON, Guest
from pjdfstest.kernel.served import mounted

LIMIT = 60

# What the scripts share. UNIT: both stores share whole pieces of this size.
PRELUDE = """
import ctypes, errno, fcntl, os, struct, subprocess
UNIT = 262144
FICLONE, FICLONERANGE = 0x40049409, 0x4020940d
KEEP_SIZE, PUNCH_HOLE = 1, 2
libc = ctypes.CDLL(None, use_errno=True)

def data(n, seed=0):
    return bytes((i * 7 + i // 251 + seed) % 251 + 1 for i in range(n))

def fallocate(fd, mode, offset, length):
    if libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def make(path, text=b""):
    with open(path, "wb") as f: f.write(text)

def read(path):
    with open(path, "rb") as f: return f.read()

def names(path):  # of the user's; the kernel adds one for the ACL
    return sorted(n for n in os.listxattr(path, follow_symlinks=False) if n.startswith("user."))

def fails(number, call, *args):
    try: call(*args)
    except OSError as why: assert why.errno == number, why
    else: raise AssertionError(f"{call.__name__}{args} should have failed with {errno.errorcode[number]}")
"""


@pytest.fixture(params=["memory", "lmdb"])
def server(request):
    target = choose(SimpleNamespace(server="dittofs", store=request.param, loops=2), seed=0)
    yield target
    target.stop()


def done(server, script: str) -> dict[str, int]:
    """Runs the script on a mount; how often each operation was carried out without an error for it."""
    trace = server.server.trace.start()
    with Guest([mounted(server, vers="4.2")], [PYTHON, "-c", PRELUDE + script], stdout=PIPE, stderr=PIPE) as guest:
        said = guest.stdout.read(-1) + guest.stderr.read(-1)
        assert guest.wait(LIMIT) == 0, said.decode()
    counts: dict[str, int] = {}
    for event in trace.events("nfs4.op", status=0):
        counts[event["op"]] = counts.get(event["op"], 0) + 1
    return counts


def test_reflink(server):
    """cp --reflink is one CLONE: no data are read or written for it (RFC 7862 15.13)."""
    counts = done(
        server,
        """
text = data(UNIT + 1234)
make("a", text)
subprocess.run(["cp", "--reflink=always", "a", "b"], check=True)
assert os.stat("b").st_size == len(text)
""",
    )
    assert counts["CLONE"] == 1
    assert not {"COPY", "READ"} & set(counts)


def test_clone_of_a_range(server):
    """FICLONERANGE: the bytes are the source's until either file changes."""
    counts = done(
        server,
        """
text = data(3 * UNIT)
make("a", text)
make("b", b"z" * UNIT)
with open("a", "rb") as a, open("b", "r+b") as b:
    fcntl.ioctl(b, FICLONERANGE, struct.pack("qQQQ", a.fileno(), UNIT, 2 * UNIT, UNIT))
    fails(errno.EINVAL, fcntl.ioctl, b, FICLONERANGE, struct.pack("qQQQ", a.fileno(), 1, UNIT, UNIT))
assert read("b") == b"z" * UNIT + text[UNIT:]
with open("a", "r+b") as a: a.write(b"changed" * UNIT)
assert read("b") == b"z" * UNIT + text[UNIT:]
""",
    )
    assert counts["CLONE"] == 1


def test_copy_file_range(server):
    """copy_file_range(2) is COPY: the bytes stay on the server (RFC 7862 15.2)."""
    counts = done(
        server,
        """
text = data(2 * UNIT + 77)
make("a", text)
make("b")
with open("a", "rb") as a, open("b", "r+b") as b:
    copied = 0
    while copied < len(text) - 5:
        copied += os.copy_file_range(a.fileno(), b.fileno(), len(text) - 5 - copied, 5 + copied, 3 + copied)
assert os.stat("b").st_size == len(text) - 2
assert read("b") == bytes(3) + text[5:]
""",
    )
    assert counts["COPY"] >= 1


def test_fallocate(server):
    """fallocate(2) is ALLOCATE: space, and a longer file (RFC 7862 15.1)."""
    counts = done(
        server,
        """
make("f", b"text")
with open("f", "r+b") as f:
    fallocate(f.fileno(), 0, 0, 100000)
    assert os.fstat(f.fileno()).st_size == 100000
    assert os.fstat(f.fileno()).st_blocks * 512 >= 100000
assert read("f") == b"text" + bytes(99996)
""",
    )
    assert counts["ALLOCATE"] == 1


def test_holes(server):
    """A hole punched is DEALLOCATE; lseek(2) finds it again by SEEK (RFC 7862 15.4, 15.11)."""
    counts = done(
        server,
        """
text = data(4 * UNIT)
make("f", text)
with open("f", "r+b") as f:
    fd = f.fileno()
    full = os.fstat(fd).st_blocks
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, UNIT, 2 * UNIT)
    assert os.fstat(fd).st_size == len(text)
    assert os.fstat(fd).st_blocks < full
    assert os.lseek(fd, 0, os.SEEK_HOLE) == UNIT
    assert os.lseek(fd, UNIT, os.SEEK_DATA) == 3 * UNIT
    assert os.lseek(fd, 3 * UNIT, os.SEEK_HOLE) == 4 * UNIT
    fails(errno.ENXIO, os.lseek, fd, 4 * UNIT, os.SEEK_DATA)
    os.truncate(fd, 6 * UNIT)
    fails(errno.ENXIO, os.lseek, fd, 4 * UNIT, os.SEEK_DATA)
assert read("f") == text[:UNIT] + bytes(2 * UNIT) + text[3 * UNIT:] + bytes(2 * UNIT)
""",
    )
    assert counts["DEALLOCATE"] == 1
    assert counts["SEEK"] >= 3


def test_extended_attributes(server):
    """setxattr(2) and its kin, of files and directories (RFC 8276)."""
    counts = done(
        server,
        """
make("f")
os.mkdir("d")
os.symlink("f", "l")
for path in ("f", "d"):
    assert names(path) == []
    fails(errno.ENODATA, os.getxattr, path, "user.colour")
    fails(errno.ENODATA, os.setxattr, path, "user.colour", b"red", os.XATTR_REPLACE)
    os.setxattr(path, "user.colour", b"red", os.XATTR_CREATE)
    fails(errno.EEXIST, os.setxattr, path, "user.colour", b"blue", os.XATTR_CREATE)
    os.setxattr(path, "user.colour", b"blue")
    os.setxattr(path, "user.empty", b"")
    os.setxattr(path, "user.large", bytes(range(256)) * 128)
    os.setxattr(path, "user.a/b.c", b"names are free")
    assert os.getxattr(path, "user.colour") == b"blue"
    assert os.getxattr(path, "user.empty") == b""
    assert os.getxattr(path, "user.large") == bytes(range(256)) * 128
    assert names(path) == ["user.a/b.c", "user.colour", "user.empty", "user.large"]
    os.removexattr(path, "user.large")
    fails(errno.ENODATA, os.removexattr, path, "user.large")
    assert names(path) == ["user.a/b.c", "user.colour", "user.empty"]
assert names("l") == []
many = ["user.%03d-%s" % (n, "x" * 50) for n in range(200)]
for name in names("f"): os.removexattr("f", name)
for name in many: os.setxattr("f", name, name.encode())
assert names("f") == many

os.chmod("f", 0o644)
if os.fork() == 0:
    os.setuid(1000)
    assert os.getxattr("f", many[0]) == many[0].encode()
    fails(errno.EACCES, os.setxattr, "f", "user.mine", b"")
    fails(errno.EACCES, os.removexattr, "f", many[0])
    os._exit(0)
assert os.wait()[1] == 0
""",
    )
    assert all(counts[op] > 0 for op in ("SETXATTR", "LISTXATTRS", "REMOVEXATTR"))
    # Who has set them may have them in its cache, and under a delegation needs not ask; another client has to.
    counts = done(server, """assert os.getxattr("f", "user.000-" + "x" * 50) == b"user.000-" + b"x" * 50""")
    assert counts["GETXATTR"] > 0
