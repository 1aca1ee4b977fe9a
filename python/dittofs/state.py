"""What a server holds for its NFSv4 clients: clients, sessions, slots, owners, opens, locks.

    srv.state.clients[0]["sessions"][0]["slots"]      # plain dictionaries and lists: json.dumps(srv.state) works
    srv.state.opens(file_id=7)
    srv.state.diff(before)                            # what appeared, went and changed since an earlier one
    srv.check_state()                                 # sentences that say what contradicts itself; [] is good

Opaque bytes (owners, session ids, stateids) are hexadecimal. It is taken when it is asked for, while requests may go
on; a client, and a file, is each seen at one moment.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from dittofs.state_diff import Diff, diff


class State(dict):
    """A snapshot: the keys are clients, files, roster, grace, delegations (how many of each type, and what became of them),
    notifications, dead_sessions, stateids (how many are found) and sessions (how many)."""

    @property
    def clients(self) -> list[dict[str, Any]]:
        """By id. `minor`: 0, or 1 for every client that has sessions. `lease_left`: seconds; below 0 and `courtesy`, it
        has its state until somebody wants it. `revoked`: stateids whose loss it has not acknowledged."""
        return self["clients"]

    @property
    def roster(self) -> list[dict[str, Any]]:
        """Who may reclaim when the server ends now: owner, verifier, minor; `client` is None until it comes back."""
        return self["roster"]

    @property
    def grace(self) -> dict[str, Any]:
        """`active`, and how many seconds are `left` at the most."""
        return self["grace"]

    @property
    def dead_sessions(self) -> list[dict[str, Any]]:
        """Persistent sessions that the last run left: id, owner, how many seconds are `left`, and the `replies` by slot."""
        return self["dead_sessions"]

    @property
    def files(self) -> list[dict[str, Any]]:
        """Those that anybody has opened or locked: how many share reservations, locked ranges and grants there are, and
        how many changes are under way that their grants had to make way for."""
        return self["files"]

    @property
    def delegation_counts(self) -> dict[str, dict[str, int]]:
        """By type (read, write, directory): how many are `outstanding`, and how many were `granted`, `recalled`, `returned`
        and `revoked` since the start."""
        return self["delegations"]

    @property
    def notifications(self) -> dict[str, int]:
        """How many `directories` have a client that is told what happens to them, how many `changes` of them wait to be
        told together, how many notifications are `unsent`."""
        return self["notifications"]

    def client(self, id: int) -> dict[str, Any]:
        """The client of that id; KeyError when there is none."""
        for each in self.clients:
            if each["id"] == id:
                return each
        raise KeyError(id)

    def opens(self, **fields: Any) -> list[dict[str, Any]]:
        """All clients' opens that have these fields: access, deny, file_id, owner, seqid, other, locks."""
        return [*self._with("opens", fields)]

    def locks(self, **fields: Any) -> list[dict[str, Any]]:
        """All clients' lock stateids that have these fields: file_id, owner, seqid, other, ranges."""
        return [*self._with("locks", fields)]

    def delegations(self, **fields: Any) -> list[dict[str, Any]]:
        """All clients' delegations that have these fields: file_id, seqid, other, type, write, recalled, previous,
        times, notifications (bits of notify_type4)."""
        return [*self._with("delegations", fields)]

    def wants(self, **fields: Any) -> list[dict[str, Any]]:
        """All clients' wants of delegations that have these fields: file_id, write, push (else: a signal)."""
        return [*self._with("wants", fields)]

    def diff(self, before: Mapping[str, Any]) -> Diff:
        """What has happened since an earlier snapshot: what appeared, went and changed, by its path."""
        return diff(before, self)

    def _with(self, what: str, fields: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for client in self.clients:
            for each in client[what]:
                if all(each[name] == value for name, value in fields.items()):
                    yield each
