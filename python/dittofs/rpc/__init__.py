"""ONC RPC (RFC 5531) from the client's side: connections, calls, replies, credentials."""

from dittofs.rpc.client import Bound, Client, procedure
from dittofs.rpc.connection import Connection, Endpoint
from dittofs.rpc.cred import NONE, Auth, Sys
from dittofs.rpc.datagram import Datagram
from dittofs.rpc.errors import Closed, RpcError, TimedOut, Unexpected
from dittofs.rpc.message import Call, Malformed, Reply
from dittofs.rpc.pending import Pending
from dittofs.rpc.procedure import table
from dittofs.rpc.transcript import Transcript
from dittofs.wire.rpc import accept_stat, auth_stat, msg_type, reject_stat, reply_stat

__all__ = [
    "NONE", "Auth", "Bound", "Call", "Client", "Closed", "Connection", "Datagram", "Endpoint", "Malformed",
    "Pending", "Reply", "RpcError", "Sys", "TimedOut", "Transcript", "Unexpected", "accept_stat",
    "auth_stat", "msg_type", "procedure", "reject_stat", "reply_stat", "table",
]  # fmt: skip
