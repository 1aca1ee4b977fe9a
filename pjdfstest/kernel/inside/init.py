"""The first process of a guest: mounts what is asked for, runs one command there, says how it ended, and halts.

argv[1] is a JSON file, see Guest in guest.py. Serial lines carry the command's standard streams, and a line of its own
what happens, one JSON object a line:

    {"event": "failed", "why": ...}     nothing was run
    {"event": "ready"}                  everything is mounted, the command starts
    {"event": "exit", "status": n}      as a shell gives it: 128 + n for signal n
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import signal
import socket
import sys
import termios

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import modules  # noqa: E402
import relay  # noqa: E402
import system  # noqa: E402

STDIN, STDOUT, STDERR, EVENTS = (f"/dev/ttyS{n}" for n in range(4))
TMPDIR = "/run/tmp"


def main() -> None:
    with open(sys.argv[1]) as file:
        spec = json.load(file)
    system.mount("proc", "/proc", "proc")
    system.mount("sys", "/sys", "sysfs")
    system.mount("run", "/run", "tmpfs")
    os.mkdir("/dev/shm")
    system.mount("shm", "/dev/shm", "tmpfs")
    events = relay.open_raw(EVENTS, os.O_WRONLY)
    try:
        prepare(spec)
        status = on_terminal(spec, events) if spec["interactive"] else through_pipes(spec, events)
        tell(events, event="exit", status=status)
    except OSError as why:
        tell(events, event="failed", why=f"{why.filename or 'the guest'}: {why.strerror} ({errno_name(why)})")
    end()


def errno_name(why: OSError) -> str:
    return errno.errorcode.get(why.errno or 0, str(why.errno))


def prepare(spec: dict) -> None:
    os.umask(0o022)
    socket.sethostname(spec["hostname"])
    os.mkdir(TMPDIR)
    os.chmod(TMPDIR, 0o1777)
    system.interface_up("lo", "127.0.0.1")
    if spec["network"]:
        system.interface_up("vec0", "10.0.2.15", gateway="10.0.2.2")
    if spec["results"]:
        os.mkdir("/run/results")
        system.mount("results", "/run/results", "hostfs", 0, spec["results"])
    for mount in spec["mounts"]:
        modules.load(mount["modules"])
        os.makedirs(mount["at"])
        flags = system.MS_RDONLY if mount["read_only"] else 0
        system.mount(mount["source"], mount["at"], mount["fstype"], flags, mount["options"])


def through_pipes(spec: dict, events: int) -> int:
    """Runs the command with its streams relayed to the host; its status, when all that it said is there."""
    streams = relay.Relay(STDIN, STDOUT, STDERR)
    tell(events, event="ready")
    child = start(spec, streams.child)
    streams.start()
    status = wait_for(child)
    end_processes()
    streams.finish()
    return status


def on_terminal(spec: dict, events: int) -> int:
    """Runs the command with the first serial line as its terminal."""
    line = os.open(STDIN, os.O_RDWR | os.O_NOCTTY)
    tell(events, event="ready")
    return wait_for(start(spec, [line] * 3))


def start(spec: dict, streams: list[int]) -> int:
    """Forks the command, with three descriptors as its standard streams."""
    child = os.fork()
    if child:
        return child
    status = 126
    try:
        os.setsid()
        if spec["interactive"]:
            fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
        for wanted, descriptor in enumerate(streams):
            os.dup2(descriptor, wanted)
        os.closerange(3, 64)
        os.chdir(spec["directory"])
        os.execvpe(spec["command"][0], spec["command"], {**spec["environment"], "TMPDIR": TMPDIR})
    except FileNotFoundError:
        os.write(2, f"{spec['command'][0]}: not found\n".encode())
        status = 127
    except OSError as why:
        os.write(2, f"{spec['command'][0]}: {why.strerror}\n".encode())
    os._exit(status)


def wait_for(child: int) -> int:
    """How the command ended. What it left behind is reaped meanwhile, as the first process has to."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def tell(line: int, **what) -> None:
    os.write(line, json.dumps(what).encode() + b"\n")
    termios.tcdrain(line)


def end_processes() -> None:
    """Ends whatever runs beside this process."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def end() -> None:
    """Writes back what the mounts hold, and halts. The host does not wait for ever."""
    end_processes()
    os.sync()
    with open("/proc/mounts") as mounts:
        points = [line.split()[1] for line in mounts]
    for point in reversed(points):
        if point.startswith("/run/mnt/"):
            system.unmount(point, system.MNT_DETACH)
    system.halt()


if __name__ == "__main__":
    main()
