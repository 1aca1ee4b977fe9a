"""Records what a client and a server say to each other: a proxy in front of the server, until it is interrupted.

  python3 -m dittofs record --server nfs://host:2049/export session.jsonl
  python3 -m dittofs record --from session.pcapng session.jsonl

Let the client mount the address that is printed; NFSv4 needs no more. For NFSv3 tell it where the server's MOUNT is
(mountport=, mountaddr=), unless that shares the port of NFS.

With --from it is taken from packets: those that our server writes (log.pcap_file), or tcpdump's, or Wireshark's.
"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from dittofs.cli import Problem
from dittofs.locate import parse
from dittofs.replay import Proxy, Recording, from_capture

SUMMARY = "record a client's session with a server"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="where the recording goes")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--server", help="nfs://HOST[:PORT]/EXPORT")
    which.add_argument("--from", dest="capture", type=Path, metavar="CAPTURE", help="a capture of packets (pcapng, pcap)")
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="where the client connects (default: 127.0.0.1, a free port)")


def run(options: argparse.Namespace) -> int:
    if options.capture is not None:
        try:
            return _save(from_capture(options.capture), options.file)
        except (ValueError, OSError) as why:
            raise Problem(str(why)) from why
    recording = Recording()
    done = threading.Event()
    try:
        host, port, export = parse(options.server)
        listen, _, listen_port = options.listen.rpartition(":")
        proxy = Proxy(host, port, recording, listen, int(listen_port))
    except (ValueError, OSError) as why:
        raise Problem(str(why)) from why
    with proxy:
        for which in (signal.SIGINT, signal.SIGTERM):
            signal.signal(which, lambda *_: done.set())
        print(f"ready nfs://{proxy.host}:{proxy.port}{export}; Ctrl-C ends the recording", flush=True)
        done.wait()
    return _save(recording, options.file)


def _save(recording: Recording, path: Path) -> int:
    recording.save(path)
    calls = sum(1 for _ in recording.exchanges())
    print(f"{path}: {calls} calls over {len({m.connection for m in recording.messages})} connections")
    return 0
