"""Messages as values: records of every description, and what turns them into bytes and back.

    from dittofs import wire
    from dittofs.wire import nfs3

    data = wire.encode(nfs3.GETATTR3args(nfs3.nfs_fh3(b"...")))
    args = wire.decode(nfs3.GETATTR3args, data)

A type is a record class, an enum, or a `Type` (a typedef such as mount.dirpath).
"""

from dittofs._wire import DecodeError, decode, decode_prefix
from dittofs.wire.codec import diff, encode, line, replace, text, to_json
from dittofs.wire.message import Message, message
from dittofs.wire.record import Enum, Operation, Procedure, Record, Type, Union, selected

__all__ = [
    "DecodeError",
    "Enum",
    "Message",
    "Operation",
    "Procedure",
    "Record",
    "Type",
    "Union",
    "decode",
    "decode_prefix",
    "diff",
    "encode",
    "line",
    "message",
    "replace",
    "selected",
    "text",
    "to_json",
]
