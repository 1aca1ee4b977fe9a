"""Sessions recorded, sent again to any server, and compared field by field.

    recording = Recording()
    recording.tap(client.endpoint)                # what a client of ours sends and is answered
    with Proxy("server", 2049, recording) as p:   # any other client: let it mount 127.0.0.1 at p.port
        ...
    recording.save("session.jsonl")

    from_capture("session.pcapng")                # what our server's capture, tcpdump or Wireshark kept

    for d in replay(Recording.load("session.jsonl"), "other-server", 2049):
        print(d)                                  # what the other server says otherwise

A reply is compared by its fields; what each server may choose for itself (handles, times, verifiers: `Rules`) may differ.
What one server gave out and the client brought back - handles, stateids, client and session ids, cookies - is replaced
by what the other gave in its place.
"""

from dittofs.replay.captured import from_capture, load
from dittofs.replay.compare import GROUPS, Difference, Rules, differences
from dittofs.replay.proxy import Proxy
from dittofs.replay.recording import Exchange, Message, Recording
from dittofs.replay.replayed import Replay, replay

__all__ = [
    "GROUPS",
    "Difference",
    "Exchange",
    "Message",
    "Proxy",
    "Recording",
    "Replay",
    "Rules",
    "differences",
    "from_capture",
    "load",
    "replay",
]
