"""Handlers in Python: stand in front of a procedure or an operation of a running server.

    @srv.nfs4.op("LOOKUP")
    def gone(call):
        return call.fail(NFS4ERR.STALE) if call.args.objname == "gone" else call.next()

    with srv.nfs3.proc("READ")(lambda call: call.next(count=1)):       # for as long as the block lasts
        ...

A handler returns what is to be answered: `call.next()`, the result of the handler it stands in front of, with other
arguments if they are given; `call.fail(status)`; `call.reply(...)`, any result; `call.silence()`, none at all. The
newest handler is asked first, and its next() is the one before it. Handlers run one at a time on a thread of their
own; while one waits in next(), others run. What the duplicate request cache and a session's slot remember is what was
answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Optional

from dittofs import wire

if TYPE_CHECKING:
    from dittofs import _server
    from dittofs.server import Server
    from dittofs.wire.record import Handle

Key = tuple[int, int, int, int]  # program, version, procedure, operation (0: none)

class HandlerFailed(Exception):
    """A handler raised, or returned nothing that can be answered; the cause says what."""


class _Silence:
    def __repr__(self) -> str:
        return "silence"


_SILENCE: Any = _Silence()


class Call:
    """A request in a handler's hands.

    args: the arguments, a record of the specification's type; None where there are none.
    name: "LOOKUP". connection, xid, peer, uid, gid, gids, flavor: of the RPC call.
    Of an operation of NFSv4: minor; index and count, of the operations of its COMPOUND; tag; current and saved, the
    filehandles (b"" where there is none); client, session, slot and sequence, behind a SEQUENCE.
    """

    def __init__(self, name: str, args: Any, result: Optional[Handle], facts: dict[str, Any], inner: Callable[[Any], Any]):
        self.name = name
        self.args = args
        self._result = result
        self._facts = facts
        self._inner = inner

    def next(self, args: Any = None, **changes: Any) -> Any:
        """Runs the handler behind this one, and returns its result. `args`: other arguments; `changes`: other values
        of some of their fields."""
        if args is None:
            args = self.args
        return self._inner(wire.replace(args, **changes) if changes else args)

    def fail(self, status: int) -> Any:
        """A result with this status and nothing else in it that was said."""
        if not isinstance(self._result, type) or not issubclass(self._result, wire.Record):
            raise TypeError(f"{self.name} has no status to fail with")
        return self._result(status)  # type: ignore[call-arg]

    def reply(self, result: Any = None, **fields: Any) -> Any:
        """Any result: a record, the fields of one, or both."""
        if result is None:
            if self._result is None:
                return None
            return self._result(**fields)  # type: ignore[operator]
        return wire.replace(result, **fields) if fields else result

    def silence(self) -> Any:
        """No reply at all; whatever was done stays done."""
        return _SILENCE

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_facts"][name]
        except KeyError:
            raise AttributeError(f"{name}: of {self.name} here is known {', '.join(self.__dict__.get('_facts', ()))}") from None

    def __repr__(self) -> str:
        return f"<{self.name} {self.args!r}>"


Function = Callable[[Call], Any]


class Handler:
    """A function in front of a handler. Ends with remove(), or with the `with` block that it opens."""

    def __init__(self, handlers: Handlers, row: Row, function: Function) -> None:
        self._handlers, self.row, self.function = handlers, row, function

    def remove(self) -> None:
        """What arrives from now on passes it by. Once is enough; a second time is nothing."""
        self._handlers._remove(self)

    def __call__(self, call: Call) -> Any:
        return self.function(call)

    def __enter__(self) -> Handler:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"<handler of {self.row.name}: {self.function!r}>"


class Row:
    """What can have a handler: its key, its name, the types of its arguments and of its result."""

    __slots__ = ("args", "key", "name", "result")

    def __init__(self, key: Key, name: str, args: Optional[Handle], result: Optional[Handle]) -> None:
        self.key, self.name, self.args, self.result = key, name, args, result


class Program:
    """The procedures of one program, by the specification's names."""

    def __init__(self, handlers: Handlers, module: str, version: int) -> None:
        self._handlers, self._module, self._version = handlers, module, version

    def proc(self, name: str) -> Callable[[Function], Handler]:
        """Decorates a function that stands in front of a procedure: proc("READ")."""
        rows = {p.short: p for p in self._wire().procedures if p.vers == self._version}
        p = rows.get(name) or _unknown("procedure", name, rows)
        return self._handlers._decorator(Row((p.prog, p.vers, p.proc, 0), p.short, p.args, p.result))

    def _wire(self) -> Any:
        import importlib

        return importlib.import_module(f"dittofs.wire.{self._module}")


class Nfs4(Program):
    """NFSv4: procedures, and the operations of COMPOUND in all minor versions, also those that are not carried out."""

    def op(self, name: str) -> Callable[[Function], Handler]:
        """Decorates a function that stands in front of an operation: op("LOOKUP")."""
        w = self._wire()
        rows = {o.name: o for o in w.nfs_argop4_ops if o.op != w.OP_ILLEGAL}
        o = rows.get(name) or _unknown("operation", name, rows)
        key = (w.NFS4_PROGRAM, w.NFS_V4, w.NFSPROC4_COMPOUND, int(o.op))
        return self._handlers._decorator(Row(key, o.name, o.args, o.result))


def _unknown(what: str, name: str, rows: dict[str, Any]) -> Any:
    raise ValueError(f"there is no {what} {name}; there are {', '.join(rows)}")


class Handlers:
    """The handlers of one server, over its restarts. `errors`: what they raised, oldest first; a `with` block of the
    server ends with the first of them as HandlerFailed, unless it was taken out."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._by_key: dict[Key, list[Handler]] = {}
        self.errors: list[HandlerFailed] = []

    def install(self, native: _server.Server) -> None:
        """A server has been made: it asks for what there is a handler of."""
        for key in self._by_key:
            native.hook(key)

    def _decorator(self, row: Row) -> Callable[[Function], Handler]:
        def decorate(function: Function) -> Handler:
            handler = Handler(self, row, function)
            # Another list in its place: a request under way keeps the handlers that it found.
            self._by_key[row.key] = [*self._by_key.get(row.key, ()), handler]
            if self._server._server is not None:
                self._server._server.hook(row.key)
            return handler

        return decorate

    def _remove(self, handler: Handler) -> None:
        key = handler.row.key
        left = [each for each in self._by_key.get(key, ()) if each is not handler]
        if left:
            self._by_key[key] = left
        elif self._by_key.pop(key, None) is not None and self._server._server is not None:
            self._server._server.unhook(key)

    def dispatch(self, native: _server.HandledCall) -> None:
        """Called by the server, on a thread for scripts."""
        handlers = self._by_key.get(native.key, [])
        try:
            answer = _Asking(native, handlers).ask()
        except Exception as why:
            name = handlers[-1].row.name if handlers else str(native.key)
            failed = HandlerFailed(f"the handler of {name} failed: {why!r}")
            failed.__cause__ = why
            self.errors.append(failed)
            _report(failed)
            native.failed()
            return
        if answer is None:
            native.silence()
        else:
            native.answer(answer)


def _report(failed: HandlerFailed) -> None:
    import logging  # dear, and of no use to whoever makes no mistakes

    logging.getLogger("dittofs.handlers").error("%s", failed, exc_info=failed.__cause__)


class _Asking:
    """One request on its way through the handlers in front of its built-in one."""

    def __init__(self, native: _server.HandledCall, handlers: list[Handler]) -> None:
        self._native, self._handlers = native, handlers
        self._facts = native.facts

    def ask(self) -> Optional[bytes]:
        """The XDR of the answer; None for none."""
        if not self._handlers:  # the last one went while the request was on its way
            return self._native.run_builtin()
        row = self._handlers[-1].row
        args = wire.decode(row.args, self._native.args) if row.args is not None else None
        answer = self._behind(len(self._handlers), row, args)
        return None if answer is _SILENCE else _encoded(row, answer)

    def _behind(self, count: int, row: Row, args: Any) -> Any:
        """The answer of the first `count` handlers, the newest of them asked first."""
        if count == 0:
            return self._builtin(row, args)
        call = Call(row.name, args, row.result, self._facts, lambda changed: self._behind(count - 1, row, changed))
        answer = self._handlers[count - 1](call)
        if answer is None and row.result is not None:
            raise TypeError("it returned None; it returns call.next(), call.fail(), call.reply() or call.silence()")
        return answer

    def _builtin(self, row: Row, args: Any) -> Any:
        encoded = wire.encode(args, row.args) if row.args is not None else b""
        result = self._native.run_builtin(encoded if encoded != self._native.args else None)
        if result is None:
            raise RuntimeError(f"the handler of the server gives no reply to {args!r}")
        return wire.decode(row.result, result) if row.result is not None else None


def _encoded(row: Row, answer: Any) -> bytes:
    if row.result is None:
        if answer is not None:
            raise TypeError(f"{row.name} has no result, and was given {answer!r}")
        return b""
    data = wire.encode(answer, row.result)
    wire.decode(row.result, data)  # what is no result of this kind is the handler's mistake
    return data
