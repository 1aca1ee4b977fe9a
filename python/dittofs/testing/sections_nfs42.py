"""What the sections of NFSv4.2's specifications are called: RFC 7862, RFC 8276, and what extends them."""

from __future__ import annotations

from dittofs.testing.sections_tables import operations, table

_RFC7862 = {
    "RFC7862": "NFS version 4.2",
    **table("RFC7862", """
        2 Minor versioning
        3.1 Atomicity for ALLOCATE and DEALLOCATE
        3.2 Sharing of stateids with NFSv4.1
        4 Server-side copy
        4.1 Protocol overview
        4.1.1 COPY operations
        4.1.2 Requirements for operations
        4.2 Requirements for inter-server copy
        4.3 Implementation considerations
        4.3.1 Locking the files
        4.3.2 Client caches
        4.4 Intra-server copy
        4.5 Inter-server copy
        4.7 netloc4: network locations
        4.8 Copy offload stateids
        5 Support for application I/O hints
        6 Sparse files
        6.1 Terminology
        6.2.1 READ_PLUS
        6.2.2 DEALLOCATE
        7 Space reservation
        8 Application data block support
        9 Labeled NFS
        10 Sharing change attribute implementation characteristics
        11 Error values
        11.1 Error definitions
        11.1.1 General errors
        11.1.2 Server-to-server copy errors
        11.1.3 Labeled NFS errors
        11.2 New operations and their valid errors
        12 New file attributes
        12.1 New RECOMMENDED attributes: list and definition references
        12.2 Attribute definitions
        13 Operations: REQUIRED, RECOMMENDED, or OPTIONAL
        14.1 EXCHANGE_ID
        14.2 GETDEVICELIST
        16.1 CB_OFFLOAD
    """),
    **operations(
        "RFC7862 15",
        "ALLOCATE COPY COPY_NOTIFY DEALLOCATE IO_ADVISE LAYOUTERROR LAYOUTSTATS OFFLOAD_CANCEL OFFLOAD_STATUS READ_PLUS SEEK "
        "WRITE_SAME CLONE",
        description=3,
    ),
}

_RFC8276 = {
    "RFC8276": "File system extended attributes in NFSv4",
    **table("RFC8276", """
        4 File system support for extended attributes
        5 Namespaces
        6 Relationship with named attributes
        8.1 New definitions
        8.2 New attribute
        8.2.1 xattr_support
        8.3 New error definitions
        8.3.1 NFS4ERR_NOXATTR
        8.3.2 NFS4ERR_XATTR2BIG
        8.4 New operations
        8.4.5 Valid errors
        8.5 Modifications to existing operations
        8.6 Numeric values assigned to protocol extensions
        8.7 Caching
        8.8 Xattrs and file locking
    """),
    **operations("RFC8276 8.4", "GETXATTR SETXATTR LISTXATTRS REMOVEXATTR", description=3),
}

_EXTENSIONS = {
    "RFC8275": "Inheritable NFSv4 ACLs that override the umask",
    "RFC8275 5": "mode_umask",
    "RFC9754": "Extensions for opening and delegating files in NFSv4.2",
    "RFC9754 3": "open_arguments",
}

TITLES = {**_RFC7862, **_RFC8276, **_EXTENSIONS}
