"""Whose requests a rule is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dittofs.faults.what import check
from dittofs.faults.when import Trigger, always, when

if TYPE_CHECKING:
    from dittofs.server import Server


def by_whom(who: Any) -> Trigger:
    """Only what this client does: of NFSv4 by its client id, of others by their connection. None: what anybody does."""
    if who is None:
        return always
    client = getattr(who, "client", who)
    if getattr(client, "clientid", 0):
        return when(client=client.clientid)
    return when(conn=who)


def with_numbers(server: Server, trigger: Trigger) -> Trigger:
    """The trigger with the number of a connection where a client stands for the one that it has."""
    client = trigger.conditions.get("conn")
    if not hasattr(client, "endpoint"):
        return trigger
    return Trigger({**trigger.conditions, "conn": connection_of(server, client)})


def connection_of(server: Server, client: Any) -> int:
    """The number that the server has for a client's connection: it calls procedure 0."""
    seen: list[int] = []
    xid = client.endpoint.xids
    call = next(xid)
    with server.faults.arm("rpc.call.decoded", when(xid=call), check(lambda hit: seen.append(hit.conn))):
        client.null(xid=call)
    return seen[0]
