"""What the sections that tests cite are called in their specifications, for readers of the report."""

from __future__ import annotations

from dittofs.testing import sections_nfs4

_TITLES = {
    "RFC793": "Transmission Control Protocol",
    "RFC793 3.5": "Closing a connection",
    "RFC1094": "NFS version 2, with MOUNT version 1",
    "RFC1094 A": "Mount protocol definition",
    "RFC1813": "NFS version 3",
    "RFC1813 1.6": "Philosophy",
    "RFC1813 2.1": "Authentication and transport",
    "RFC1813 2.5": "Basic data types",
    "RFC1813 2.6": "Defined error numbers",
    "RFC1813 3.1": "General comments on attributes",
    "RFC1813 3.2": "General comments on filenames",
    **{
        f"RFC1813 3.3.{number}": name
        for number, name in enumerate(
            "NULL GETATTR SETATTR LOOKUP ACCESS READLINK READ WRITE CREATE MKDIR SYMLINK MKNOD REMOVE RMDIR RENAME LINK "
            "READDIR READDIRPLUS FSSTAT FSINFO PATHCONF COMMIT".split()
        )
    },
    "RFC1813 4.4": "Permission issues",
    "RFC1813 4.5": "Duplicate request cache",
    "RFC1813 4.8": "Stable storage",
    "RFC1813 4.13": "32 bit clients and servers, and 64 bit ones",
    "RFC1813 5.1.2": "MOUNT constants",
    "RFC1813 5.1.3": "MOUNT transport address",
    **{
        f"RFC1813 5.2.{number}": f"MOUNT {name}"
        for number, name in enumerate("NULL MNT DUMP UMNT UMNTALL EXPORT".split())
    },
    "RFC1833": "Binding protocols for ONC RPC",
    "RFC1833 2": "rpcbind",
    "RFC1833 2.2.1": "rpcbind operation",
    "RFC1833 3": "Port mapper",
    "RFC1833 3.2": "Port mapper operation",
    "RFC4506": "External data representation",
    "RFC4506 4.3": "Enumeration",
    "RFC4506 4.4": "Boolean",
    "RFC4506 4.10": "Variable-length opaque data",
    "RFC4506 4.11": "String",
    "RFC4506 4.13": "Variable-length array",
    "RFC4506 4.15": "Discriminated union",
    "RFC5531": "RPC version 2",
    "RFC5531 5": "Transports and semantics",
    "RFC5531 8.1": "Programs and procedures",
    "RFC5531 8.2": "Authentication, integrity and privacy",
    "RFC5531 9": "The RPC message protocol",
    "RFC5531 10.1": "Null authentication",
    "RFC5531 11": "Record marking standard",
    "RFC5531 A": "System authentication",
    "POSIX": "what the protocols leave to the operating system: POSIX.1-2017",
    "POSIX 3.170": "Filename",
    "POSIX 4.9": "File times update",
    "POSIX 4.13": "Pathname resolution",
    **sections_nfs4.TITLES,
}


def title(place: str) -> str:
    """The title of a specification or of a section of it; empty where none is known."""
    return _TITLES.get(place, "")
