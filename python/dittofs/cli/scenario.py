"""A server that is bad on purpose, for people who write clients.

  python3 -m dittofs scenario                                           the scenarios there are
  python3 -m dittofs scenario lost-reply --port 12049                   serves one until it is interrupted

What is printed at the end says how often each rule has fired.
"""

from __future__ import annotations

import argparse
import signal
import threading

from dittofs.cli import Problem
from dittofs.scenarios import Scenario, find, scenarios

SUMMARY = "serve as a bad server, by the name of what goes wrong"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="a scenario; without one: the list of them")
    parser.add_argument("--port", type=int, default=0, help="of NFS and MOUNT (default: a free one)")
    parser.add_argument("--store", choices=("memory", "lmdb"), default="memory", help="where files are kept (default: memory)")


def run(options: argparse.Namespace) -> int:
    if options.name is None:
        print("\n\n".join(_told(each) for each in scenarios().values()))
        return 0
    try:
        chosen = find(options.name)
    except KeyError as why:
        raise Problem(why.args[0]) from why
    return _serve(chosen, options)


def _told(scenario: Scenario) -> str:
    demands = [f"    {section}: {what}" for section, what in scenario.demands]
    return "\n".join([scenario.name, f"  {scenario.says}", *demands])


def _serve(scenario: Scenario, options: argparse.Namespace) -> int:
    from dittofs.server import Server

    done = threading.Event()
    try:
        server = Server(options.store, settings={"listen.nfs_port": options.port}).start()
    except RuntimeError as why:
        raise Problem(str(why)) from why
    with server, scenario.arm(server) as rules:
        for which in (signal.SIGINT, signal.SIGTERM):
            signal.signal(which, lambda *_: done.set())
        print(_told(scenario))
        print(f"ready {server.url}; Ctrl-C ends it")
        port = server.nfs_port
        print(f"  mount -t nfs4 -o port={port} 127.0.0.1:/export /mnt")
        print(f"  mount -t nfs -o vers=3,port={port},mountport={port},nolock 127.0.0.1:/export /mnt", flush=True)
        done.wait()
        for rule in rules:
            print(f"{rule.point}: {rule.fired} of {rule.hits}")
    return 0
