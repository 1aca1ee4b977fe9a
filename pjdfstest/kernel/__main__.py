"""./dev mount: a command, or a shell, on a machine that has a server mounted.

    ./dev mount -- tar -xf /tmp/a.tar                       our server, started for this
    ./dev mount --server nfs://192.0.2.7/export             a shell, where another server is mounted
    ./dev mount --results /tmp/out -- sh -c 'cp -r . /run/results'
"""

from __future__ import annotations

import argparse
import sys

from dittofs.testing.targets import choose
from pjdfstest.kernel import CANNOT, RESULTS, Failed, Guest, run
from pjdfstest.kernel.served import mounted


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev mount", description=__doc__.split("\n")[0])
    parser.add_argument("--server", default="dfs", help="dfs (default), ganesha, or nfs://HOST[:PORT]/EXPORT")
    parser.add_argument("--store", default="memory", choices=("memory", "lmdb"), help="store of our own server")
    parser.add_argument("--loops", type=int, default=1, help="event loops of our own server")
    parser.add_argument("--vers", default="3", help="NFS version (default: 3)")
    parser.add_argument("--options", default="", metavar="WORDS", help="more mount options, in words of nfs(5)")
    parser.add_argument("--mount-port", type=int, help="MOUNT of a running server")
    parser.add_argument("--portmap-port", type=int, help="port mapper of a running server")
    parser.add_argument("--results", metavar="DIR", help=f"a folder that the command may write, as {RESULTS}")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="end it then, with status 124")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="what to run; without: a shell")
    parser.set_defaults(dfs=None, export=[])
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if not options.command and not sys.stdin.isatty():
        print("./dev mount: a shell needs a terminal; give a COMMAND after --", file=sys.stderr)
        return CANNOT
    target = choose(options, seed=0)
    try:
        mounts = [mounted(target, "rw", options.vers, options.options)]
        if options.command:
            return run(mounts, options.command, limit=options.limit, results=options.results)
        with Guest(mounts, ["/bin/bash", "-i"], results=options.results, interactive=True) as guest:
            return guest.wait(options.limit)
    except Failed as why:
        print(why, file=sys.stderr)
        return CANNOT
    finally:
        target.stop()


if __name__ == "__main__":
    sys.exit(main())
