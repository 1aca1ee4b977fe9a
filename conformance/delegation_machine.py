"""Clients that hold delegations against a model of who holds what: what the machines of files and of directories share."""

from __future__ import annotations

from typing import Any, Iterator

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from conformance.delegations import Holder41
from dittofs.nfs4 import op

WHO = st.integers(0, 2)  # for pick()
CALM = 30  # seconds after a recall in which nobody is given a delegation of the same object


class Holders(RuleBasedStateMachine):
    """A client that is asked for a delegation gives it back at once, whatever else it does."""

    srv: Any = None
    clients = 0

    def __init__(self) -> None:
        super().__init__()
        self.srv.clock.advance(CALM + 1)  # what an earlier run recalled is forgotten
        self.all = [Holder41(self.srv) for _ in range(self.clients)]
        self.top = self.all[0].c.path("/export")
        self.fh: dict[str, bytes] = {}  # objects by name
        self.held: dict[tuple[int, str], tuple[Any, Any]] = {}  # (client, name): its stateid, and what it is good for
        self.recalled_at: dict[str, float] = {}
        self.now = 0.0

    def pick(self, who: int) -> int:
        return who % self.clients

    def recalls(self, c: int) -> int:
        """How often a client has been asked for a delegation."""
        return len(self.all[c].callbacks.of("CB_RECALL"))

    def returns(self, c: int, name: str) -> None:
        stateid, _ = self.held.pop((c, name))
        self.all[c].c.compound(op.putfh(self.fh[name]), op.delegreturn(stateid))

    def recalled(self, c: int, name: str, nth: int) -> None:
        """The client's n-th recall is of the delegation that it has of this object; it gives it back."""
        call = self.all[c].called("CB_RECALL", nth)[nth - 1].args
        assert bytes(call.stateid.other) == bytes(self.held[c, name][0].other) and bytes(call.fh) == self.fh[name]
        self.returns(c, name)
        self.recalled_at[name] = self.now

    def calm(self, name: str) -> bool:
        return self.now - self.recalled_at.get(name, -1000.0) < CALM

    def calm_passes(self) -> None:
        self.srv.clock.advance(CALM + 1)
        self.now += CALM + 1
        for each in self.all:
            each.c.compound(op.sequence())

    def delegations(self) -> Iterator[tuple[int, Any]]:
        """What the server says that these clients hold."""
        mine = {c.client.clientid: at for at, c in enumerate(self.all)}
        for client in self.srv.state.clients:
            if client["id"] in mine:
                yield from ((mine[client["id"]], d) for d in client["delegations"])

    @invariant()
    def agrees(self) -> None:
        assert {(c, d["other"]) for c, d in self.delegations()} == {(c, bytes(s.other).hex()) for (c, _), (s, _) in self.held.items()}
        assert not self.srv.check_state()

    def teardown(self) -> None:
        for c, name in [*self.held]:
            self.returns(c, name)
        for each in self.all:
            each.c.destroy()
            each.client.destroy()
            each.close()
