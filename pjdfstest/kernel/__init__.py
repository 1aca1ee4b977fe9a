"""Kernel clients without root: programs run in user-mode Linux, where a server under test is mounted.

    from pjdfstest.kernel import Guest, nfs, run

    status = run([nfs("127.0.0.1", 12049, "/export")], ["tar", "-xf", "/tmp/a.tar"], limit=60)

    with Guest([nfs(...)], ["/bin/cat"], stdin=PIPE, stdout=PIPE) as one, Guest(...) as two:   # two clients
        one.stdin.write(b"hello\\n")

A guest sees the files of this machine, read-only, and starts a command in its first mount. It is gone, with all it
started, when the command ends, the time limit is over, or this process dies.
"""

from pjdfstest.kernel.guest import CANNOT, TIMED_OUT, Guest, run
from pjdfstest.kernel.mounts import RESULTS, Mount, nfs
from pjdfstest.kernel.streams import PIPE
from pjdfstest.kernel.uml import PYTHON, Failed

__all__ = ["CANNOT", "PIPE", "PYTHON", "RESULTS", "TIMED_OUT", "Failed", "Guest", "Mount", "nfs", "run"]
