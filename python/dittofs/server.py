"""A DittoFS server in this process: start it, inspect it, stop its time, break it."""

from __future__ import annotations

import functools
import shutil
import tempfile
import threading
import weakref
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Optional, TypeVar, Union, cast

from dittofs import _server
from dittofs.capture import Capture
from dittofs.clock import Clock
from dittofs.handlers import Handlers, Nfs4, Program
from dittofs.state import State
from dittofs.stores import ContentStore, MetadataStore
from dittofs.trace import Trace

if TYPE_CHECKING:
    from dittofs.faults import Faults
    from dittofs.faults.order import First
    from dittofs.local import Local

F = TypeVar("F", bound=Callable[..., Any])


def _one_at_a_time(method: F) -> F:
    """Runs begin and end one after the other: a fault rule may end one, and begin the next."""

    @functools.wraps(method)
    def locked(self: Server, *args: Any, **options: Any) -> Any:
        with self._life:
            return method(self, *args, **options)

    return cast(F, locked)


def _runner(server: Server) -> Callable[[int, int, Mapping[str, Any]], bool]:
    """Runs functions of fault rules, and does not keep alive what it belongs to."""
    weak = weakref.ref(server)

    def run(function: int, rule: int, hit: Mapping[str, Any]) -> bool:
        alive = weak()
        return alive is not None and alive.faults._run(function, rule, hit)

    return run


class Server:
    """A server on loopback, on free ports.

    store: "memory" or "lmdb" (LMDB and files below data_dir; a temporary folder when none is given).
    clock: "real", "manual" (time moves by srv.clock.advance()), or a Clock shared with another server.
    loops: event loop threads; with 1 loop, a manual clock and a seed a run can be repeated.
    seed: of all randomness; None draws one (srv.seed tells).
    exports: as on the command line, "/export=rw,no_root_squash".
    metadata, content: stores written in Python, in the place of the configured ones (dittofs.stores).
    listen: False: no ports at all; its clients are those of srv.local().
    settings: any knob of `dfs config schema`, {"limits.io_size": 65536}.
    faults: rules as data (dittofs.faults), armed at each start, before anything is served. After a restart that a rule
    has caused, all rules go on where they were.
    """

    def __init__(
        self,
        store: str = "memory",
        *,
        clock: Union[str, Clock] = "real",
        loops: int = 1,
        seed: Optional[int] = None,
        exports: Iterable[str] = ("/export=rw",),
        data_dir: Optional[str] = None,
        metadata: Optional[MetadataStore] = None,
        content: Optional[ContentStore] = None,
        listen: bool = True,
        settings: Optional[Mapping[str, object]] = None,
        faults: Iterable[Mapping[str, object]] = (),
    ) -> None:
        self._listen = listen
        self.clock = clock if isinstance(clock, Clock) else Clock(manual=_is_manual(clock))
        self.store = store
        self._exports = list(exports)
        self._metadata, self._content = metadata, content
        self._seed, self._starts = seed, 0
        if (metadata is not None or content is not None) and (store != "memory" or len(self._exports) != 1):
            raise ValueError('a store of your own takes the place of one export\'s in memory: store="memory", one export')
        self._callbacks: Optional[_server.CallbackThread] = None
        self._callback_thread: Optional[threading.Thread] = None
        self._folder = data_dir
        self._own_folder: Optional[str] = None
        if store != "memory" and data_dir is None:
            self._folder = self._own_folder = tempfile.mkdtemp(prefix="dittofs-")
        self._settings = {
            "listen.nfs_port": "0",
            "listen.portmap_port": "0",
            "server.loops": str(loops),
            "store.kind": store,
            **({"store.data_dir": self._folder} if self._folder is not None else {}),
            **{name: _text(value) for name, value in (settings or {}).items()},
        }
        self._server: Optional[_server.Server] = None
        self._at_start = [dict(rule) for rule in faults]
        self._goes_on_from: Optional[_server.Server] = None  # what a rule has cut the power of, to start it again
        self._life = threading.RLock()
        self.trace = Trace(self)
        self._captures: list[Capture] = []  # at most one
        self.handlers = Handlers(self)
        self.nfs3 = Program(self.handlers, "nfs3", 3)
        self.nfs4 = Nfs4(self.handlers, "nfs4", 4)
        self.mount = Program(self.handlers, "mount", 3)

    # --- life ---------------------------------------------------------------------------------------------------

    @_one_at_a_time
    def start(self) -> "Server":
        """Open stores and ports. Raises RuntimeError that says what to do."""
        if self._server is not None:
            raise RuntimeError("the server is running")
        self._callbacks = _server.CallbackThread()
        if self._metadata is not None or self._content is not None:
            self._serve_callbacks()
        # A restarted server draws on: with the first run's numbers again, handles of objects that are gone would fit
        # new ones.
        if self._seed is not None:
            self._settings["server.seed"] = str((self._seed + self._starts) & 0x7FFFFFFFFFFFFFFF or 1)
        self._starts += 1
        server = _server.Server(
            self._settings, self._exports, self.clock._native, self._callbacks, self._metadata, self._content,
            dispatch=self.handlers.dispatch, listen=self._listen, run_hook=_runner(self),
        )  # fmt: skip
        self.handlers.install(server)
        if self.trace.on:
            server.trace_enable(True)
        before, self._goes_on_from = self._goes_on_from, None
        if before is not None:
            server.adopt_rules(before)
        else:
            for rule in self._at_start:
                server.arm(rule)
        if self.trace._file:
            self.trace._begin_file(server)
        for capture in self._captures:
            capture._begin(server, append=True)
        server.start()
        self._server = server
        # A restarted server answers where its clients look for it.
        if server.nfs_port:
            self._settings["listen.nfs_port"] = str(server.nfs_port)
        if server.portmap_port:
            self._settings["listen.portmap_port"] = str(server.portmap_port)
        if self._seed is None:
            self._seed = server.seed & 0x7FFFFFFFFFFFFFFF
        return self

    @_one_at_a_time
    def stop(self) -> None:
        """Let the calls under way finish, make everything durable, close. Nothing when it is not running."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
            self._end_callbacks()

    @_one_at_a_time
    def crash(self) -> None:
        """What a power cut leaves: connections gone, everything that is not durable forgotten."""
        server, self._server = self._native(), None
        server.crash()
        self._end_callbacks()

    @_one_at_a_time
    def restart(self) -> "Server":
        """Start again on the same stores and ports (after a crash(), or after a clean stop())."""
        self.stop()
        return self.start()

    def capture(self, path: Union[str, Path]) -> Capture:
        """What the server receives and sends from now on, as packets in a file for Wireshark (pcapng): a context manager."""
        return Capture(self, path)

    def configure(self, name: str, value: object) -> None:
        """Another value of a setting, from the next start on."""
        self._settings[name] = _text(value)

    def close(self) -> None:
        """stop(), and remove the temporary store."""
        self.stop()
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)
            self._own_folder = None

    def _serve_callbacks(self) -> None:
        """Stores and fault rules written in Python run on a thread of their own."""
        if self._callback_thread is None:
            assert self._callbacks is not None
            self._callback_thread = threading.Thread(target=self._callbacks.run, name="dittofs callbacks", daemon=True)
            self._callback_thread.start()

    def _end_callbacks(self) -> None:
        if self._callbacks is not None:
            self._callbacks.stop()
        if self._callback_thread is not None:
            self._callback_thread.join()
        self._callbacks = self._callback_thread = None

    @_one_at_a_time
    def _lost_power(self, native: _server.Server, restart: bool) -> None:
        """A fault rule has cut the power of this native server."""
        if self._server is not native:
            return
        native.keep_rules()
        self.crash()
        if restart:
            self._goes_on_from = native
            self.start()

    def __enter__(self) -> "Server":
        return self if self._server is not None else self.start()

    def __exit__(self, kind: object, *exc: object) -> None:
        self.close()
        if kind is None and self.handlers.errors:
            raise self.handlers.errors[0]

    @cached_property
    def faults(self) -> Faults:
        """Rules that make it go wrong."""
        from dittofs.faults import Faults  # a third of the import of all; most tests break nothing

        return Faults(self)

    # --- what there is --------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self._server is not None

    @property
    def host(self) -> str:
        return "127.0.0.1"

    @property
    def nfs_port(self) -> int:
        """Of NFS and MOUNT; 0 without ports."""
        return self._native().nfs_port

    @property
    def portmap_port(self) -> int:
        """0 when portmap is not served."""
        return self._native().portmap_port

    def local(self, timeout: float = 10.0) -> Local:
        """A way to NFS and MOUNT without a socket, for a client: nfs3.Client(srv.local())."""
        from dittofs.local import Local  # with the clients: who needs none is spared their import

        return Local(self._native().connect_local(), timeout)

    @property
    def seed(self) -> int:
        """Server(seed=...) with this repeats the run."""
        self._native()
        assert self._seed is not None
        return self._seed

    @property
    def connections(self) -> int:
        """Connections open now."""
        return self._native().connections

    def order(self, point: str, *, by: Any = None) -> First:
        """One thing before another, whoever comes first:

            with srv.order("nfs4.op.OPEN.leave", by=a).before("nfs4.op.REMOVE.enter", by=b):

        `by`: only what this client does, an NFSv4 client or session, or a client of another protocol by its connection."""
        from dittofs.faults.order import First

        return First(self, point, by)

    @property
    def state(self) -> State:
        """What the server holds for its NFSv4 clients, now."""
        return State(self._native().state())

    def check_state(self) -> list[str]:
        """What of it contradicts itself, a sentence each; of use when no request is under way."""
        return self._native().check_state()

    def end_grace(self) -> None:
        """NFSv4's grace period after a restart ends now, if there is one: whoever has not reclaimed has lost."""
        self._native().end_grace()

    @property
    def data_dir(self) -> Optional[str]:
        """Where a durable store is; None of one in memory."""
        return self._folder

    @property
    def exports(self) -> list[str]:
        """Paths of the exports."""
        return [text.split("=", 1)[0] for text in self._exports]

    @property
    def url(self) -> str:
        """nfs://host:port/path of the first export."""
        return f"nfs://{self.host}:{self.nfs_port}{self.exports[0]}"

    def _native(self) -> "_server.Server":
        if self._server is None:
            raise RuntimeError("the server is not running")
        return self._server

    def __repr__(self) -> str:
        state = self.url if self.running else "stopped"
        return f"<dittofs.Server {self.store} {state}>"


def _is_manual(clock: str) -> bool:
    if clock not in ("real", "manual"):
        raise ValueError(f'clock is "real", "manual" or a Clock, not {clock!r}')
    return clock == "manual"


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
