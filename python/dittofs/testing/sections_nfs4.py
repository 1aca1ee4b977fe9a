"""What the sections of NFSv4's specifications are called: RFC 7530 and RFC 8881; those of 4.2 are in sections_nfs42.py."""

from __future__ import annotations

from dittofs.testing import sections_nfs42
from dittofs.testing.sections_tables import errors, numbered, operations, table

_REQUIRED = (
    "supported_attrs type fh_expire_type change size link_support symlink_support named_attr fsid unique_handles lease_time "
    "rdattr_error filehandle"
)

_RFC7530 = {
    "RFC7530": "NFS version 4.0",
    **table("RFC7530", """
        2.1 Basic data types
        2.2.1 nfstime4
        2.2.8 fattr4
        2.2.9 change_info4
        3.1 Ports and transports
        3.3 Security negotiation
        3.3.1 SECINFO
        3.3.2 Security error
        3.3.3 Callback RPC authentication
        4.1 Obtaining the first filehandle
        4.2 Filehandle types
        4.2.1 General properties of a filehandle
        4.2.2 Persistent filehandle
        4.2.3 Volatile filehandle
        5.1 REQUIRED attributes
        5.2 RECOMMENDED attributes
        5.3 Named attributes
        5.4 Classification of attributes
        5.5 Set-only and get-only attributes
        5.6 REQUIRED attributes: list and definition references
        5.7 RECOMMENDED attributes: list and definition references
        5.8.1 Definitions of REQUIRED attributes
        5.8.2 Definitions of uncategorized RECOMMENDED attributes
        5.9 Interpreting owner and owner_group
        5.10 Character case attributes
        6.2.1 acl
        6.2.1.1 ACE type
        6.2.1.2 aclsupport
        6.2.1.3 ACE access mask
        6.2.1.3.1 Discussion of mask attributes
        6.2.1.3.2 ACE4_DELETE versus ACE4_DELETE_CHILD
        6.2.1.4 ACE flag
        6.2.1.5 ACE who
        6.2.2 mode
        6.3.1 Interpreting an ACL
        6.3.2 Computing a mode attribute from an ACL
        6.4.1 Setting the mode and/or ACL attributes
        6.4.2 Retrieving the mode and/or ACL attributes
        6.4.3 Creating new objects
        7.1 Server exports
        7.2 Browsing exports
        7.3 Server pseudo-file system
        7.4 Multiple roots
        7.5 Filehandle volatility
        7.6 Exported root
        7.7 Mount point crossing
        7.8 Security policy and namespace presentation
        9.1 Opens and byte-range locks
        9.1.1 Client ID
        9.1.2 Server release of client ID
        9.1.3 Use of seqids
        9.1.4 Stateid definition
        9.1.4.1 Stateid types
        9.1.4.2 Stateid structure
        9.1.4.3 Special stateids
        9.1.4.4 Stateid lifetime and validation
        9.1.4.5 Stateid use for I/O operations
        9.1.4.6 Stateid use for SETATTR operations
        9.1.5 Lock-owner
        9.1.6 Use of the stateid and locking
        9.1.7 Sequencing of lock requests
        9.1.8 Recovery from replayed requests
        9.1.9 Interactions of multiple sequence values
        9.1.10 Releasing state-owner state
        9.1.11 Use of open confirmation
        9.2 Lock ranges
        9.3 Upgrading and downgrading locks
        9.4 Blocking locks
        9.5 Lease renewal
        9.6 Crash recovery
        9.6.1 Client failure and recovery
        9.6.2 Server failure and recovery
        9.6.3 Network partitions and recovery
        9.6.3.1 Courtesy locks
        9.6.3.2 Lease cancellation
        9.7 Recovery from a lock request timeout or abort
        9.8 Server revocation of locks
        9.9 Share reservations
        9.10 OPEN/CLOSE operations
        9.10.1 Close and retention of state information
        9.11 Open upgrade and downgrade
        12.3 Summary of server behavior types
        12.4 String encoding
        12.5 Normalization
        12.6 Types with processing defined by other Internet areas
        12.7 Errors related to UTF-8
        12.8 Servers that accept file component names that are not valid UTF-8 strings
        13.1.1 General errors
        13.1.2 Filehandle errors
        13.1.3 Compound structure errors
        13.1.4 File system errors
        13.1.5 State management errors
        13.1.6 Security errors
        13.1.7 Name errors
        13.1.8 Locking errors
        13.1.9 Reclaim errors
        13.1.10 Client management errors
        13.1.11 Attribute handling errors
        13.1.12 Miscellaneous errors
        13.2 Operations and their valid errors
        14.2 Evaluation of a COMPOUND request
        14.3 Synchronous modifying operations
        15.1 NULL
        15.2 COMPOUND
        17.1 CB_NULL
        17.2 CB_COMPOUND
        18.1 CB_GETATTR
        18.2 CB_RECALL
        18.3 CB_ILLEGAL
    """),
    **numbered("RFC7530 5.8.1", _REQUIRED),
    **numbered(
        "RFC7530 5.8.2",
        "archive cansettime case_insensitive case_preserving chown_restricted fileid files_avail files_free files_total "
        "fs_locations hidden homogeneous maxfilesize maxlink maxname maxread maxwrite mimetype mounted_on_fileid no_trunc "
        "numlinks owner owner_group quota_avail_hard quota_avail_soft quota_used rawdev space_avail space_free space_total "
        "space_used system time_access time_access_set time_backup time_create time_delta time_metadata time_modify "
        "time_modify_set",
    ),
    **errors("RFC7530 13.1", """
        BADXDR BAD_COOKIE DELAY INVAL NOTSUPP SERVERFAULT TOOSMALL
        BADHANDLE FHEXPIRED ISDIR MOVED NOFILEHANDLE NOTDIR STALE SYMLINK
        NFS4_OK MINOR_VERS_MISMATCH OP_ILLEGAL RESOURCE
        BADTYPE DQUOT EXIST FBIG FILE_OPEN IO MLINK NOENT NOSPC NOTEMPTY NXIO RESTOREFH ROFS XDEV
        ADMIN_REVOKED BAD_STATEID EXPIRED LEASE_MOVED OLD_STATEID STALE_STATEID
        ACCESS PERM WRONGSEC
        BADCHAR BADNAME NAMETOOLONG
        BAD_RANGE BAD_SEQID DEADLOCK DENIED LOCKED LOCKS_HELD LOCK_NOTSUPP LOCK_RANGE OPENMODE SHARE_DENIED
        GRACE NO_GRACE RECLAIM_BAD RECLAIM_CONFLICT
        CLID_INUSE STALE_CLIENTID
        ATTRNOTSUPP BADOWNER NOT_SAME SAME
        CB_PATH_DOWN
    """),
    **operations(
        "RFC7530 16",
        "ACCESS CLOSE COMMIT CREATE DELEGPURGE DELEGRETURN GETATTR GETFH LINK LOCK LOCKT LOCKU LOOKUP LOOKUPP NVERIFY OPEN "
        "OPENATTR OPEN_CONFIRM OPEN_DOWNGRADE PUTFH PUTPUBFH PUTROOTFH READ READDIR READLINK REMOVE RENAME RENEW RESTOREFH "
        "SAVEFH SECINFO SETATTR SETCLIENTID SETCLIENTID_CONFIRM VERIFY WRITE RELEASE_LOCKOWNER ILLEGAL",
        description=4,
    ),
    # OPEN begins with a warning to client implementers.
    "RFC7530 16.16.4": "OPEN: warning to client implementers",
    "RFC7530 16.16.5": "OPEN: description",
    "RFC7530 16.16.6": "OPEN: implementation",
}

_RFC8881 = {
    "RFC8881": "NFS version 4.1",
    **table("RFC8881", """
        2.4 Client identifiers and client owners
        2.5 Server owners
        2.6 Security service negotiation
        2.6.3.1.1.8 Operations after SECINFO/SECINFO_NO_NAME
        2.7 Minor versioning
        2.10 Session
        2.10.1 Motivation and overview
        2.10.2 NFSv4 integration
        2.10.3 Channels
        2.10.4 Server scope
        2.10.5 Trunking
        2.10.6 Exactly once semantics
        2.10.6.1 Slot identifiers and reply cache
        2.10.6.1.3 Optional reply caching
        2.10.6.1.3.1 False retry
        2.10.6.2 Retry and replay of reply
        2.10.6.3 Resolving server callback races
        2.10.6.4 COMPOUND and CB_COMPOUND construction issues
        3.3.10.1 open_owner4
        4.2.1 General properties of a filehandle
        4.2.2 Persistent filehandle
        4.2.3 Volatile filehandle
        5.1 REQUIRED attributes
        5.2 RECOMMENDED attributes
        5.3 Named attributes
        5.4 Classification of attributes
        5.5 Set-only and get-only attributes
        5.6 REQUIRED attributes: list and definition references
        5.7 RECOMMENDED attributes: list and definition references
        5.9 Interpreting owner and owner_group
        5.10 Character case attributes
        5.11.1 dir_notif_delay
        5.11.2 dirent_notif_delay
        5.12 pNFS attribute definitions
        5.13 Retention attributes
        6.2.1 acl
        6.2.1.1 ACE type
        6.2.1.2 aclsupport
        6.2.1.3 ACE access mask
        6.2.1.3.1 Discussion of mask attributes
        6.2.1.3.2 ACE4_DELETE versus ACE4_DELETE_CHILD
        6.2.1.4 ACE flag
        6.2.1.4.1 Discussion of flag bits
        6.2.1.5 ACE who
        6.2.2 dacl
        6.2.3 sacl
        6.2.4 mode
        6.2.5 mode_set_masked
        6.3.1 Interpreting an ACL
        6.3.2 Computing a mode attribute from an ACL
        6.3.2.1 Computing a mode attribute from an ACL: discussion
        6.4.1.1 Setting mode and not ACL
        6.4.1.2 Setting ACL and not mode
        6.4.1.3 Setting both ACL and mode
        6.4.2 Retrieving the mode and/or ACL attributes
        6.4.3 Creating new objects
        7.3 Server pseudo file system
        7.7 Mount point crossing
        8.1 Client and session ID
        8.2 Stateid definition
        8.2.1 Stateid types
        8.2.2 Stateid structure
        8.2.3 Special stateids
        8.2.4 Stateid lifetime and validation
        8.2.5 Stateid use for I/O operations
        8.2.6 Stateid use for SETATTR operations
        8.3 Lease renewal
        8.4.1 Client failure and recovery
        8.4.2 Server failure and recovery
        8.4.2.1 State reclaim
        8.4.3 Network partitions and recovery
        8.5 Server revocation of locks
        8.8 Obsolete locking infrastructure from NFSv4.0
        9.1.1 State-owner definition
        9.1.2 Use of the stateid and locking
        9.2 Lock ranges
        9.3 Upgrading and downgrading locks
        9.4 Stateid seqid values and byte-range locks
        9.5 Issues with multiple open-owners
        9.6 Blocking locks
        9.7 Share reservations
        9.8 OPEN/CLOSE operations
        9.9 Open upgrade and downgrade
        9.10 Parallel OPENs
        9.11 Reclaim of open and byte-range locks
        14.4 UTF-8 capabilities
        14.5 UTF-8 related errors
        15.2 Operations and their valid errors
        16.1 NULL
        16.2 COMPOUND
        16.2.3 COMPOUND: description
        16.2.3.1 Current filehandle and stateid
        16.2.3.1.1 Current filehandle
        16.2.3.1.2 Current stateid
        17 Operations: REQUIRED, RECOMMENDED, or OPTIONAL
    """),
    **numbered("RFC8881 5.8.1", _REQUIRED + " suppattr_exclcreat"),
    **numbered(
        "RFC8881 5.8.2",
        "archive cansettime case_insensitive case_preserving change_policy chown_restricted fileid files_avail files_free "
        "files_total fs_charset_cap fs_locations fs_locations_info fs_status hidden homogeneous maxfilesize maxlink maxname "
        "maxread maxwrite",
    ),
    **errors("RFC8881 15.1", """
        BADXDR BAD_COOKIE DELAY INVAL NOTSUPP SERVERFAULT TOOSMALL
        BADHANDLE FHEXPIRED ISDIR MOVED NOFILEHANDLE NOTDIR STALE SYMLINK WRONG_TYPE
        NFS4_OK MINOR_VERS_MISMATCH NOT_ONLY_OP OP_ILLEGAL OP_NOT_IN_SESSION REP_TOO_BIG REP_TOO_BIG_TO_CACHE \
            REQ_TOO_BIG RETRY_UNCACHED_REP SEQUENCE_POS TOO_MANY_OPS UNSAFE_COMPOUND
        BADTYPE DQUOT EXIST FBIG FILE_OPEN IO MLINK NOENT NOSPC NOTEMPTY ROFS XDEV
        ADMIN_REVOKED BAD_STATEID DELEG_REVOKED EXPIRED OLD_STATEID
        ACCESS PERM WRONGSEC WRONG_CRED
        BADCHAR BADNAME NAMETOOLONG
        BAD_RANGE DEADLOCK DENIED LOCKED LOCKS_HELD LOCK_NOTSUPP LOCK_RANGE OPENMODE SHARE_DENIED
        COMPLETE_ALREADY GRACE NO_GRACE RECLAIM_BAD RECLAIM_CONFLICT
        BADIOMODE BADLAYOUT LAYOUTTRYLATER LAYOUTUNAVAILABLE NOMATCHING_LAYOUT PNFS_IO_HOLE \
            PNFS_NO_LAYOUT RETURNCONFLICT UNKNOWN_LAYOUTTYPE
        BADSESSION BADSLOT BAD_HIGH_SLOT CB_PATH_DOWN DEADSESSION CONN_NOT_BOUND_TO_SESSION SEQ_FALSE_RETRY SEQ_MISORDERED
        BACK_CHAN_BUSY BAD_SESSION_DIGEST
        CLIENTID_BUSY CLID_INUSE ENCR_ALG_UNSUPP HASH_ALG_UNSUPP STALE_CLIENTID
        DELEG_ALREADY_WANTED DIRDELEG_UNAVAIL RECALLCONFLICT REJECT_DELEG
        ATTRNOTSUPP BADOWNER NOT_SAME SAME
        BAD_SEQID LEASE_MOVED NXIO RESTOREFH STALE_STATEID
    """),
    **operations(
        "RFC8881 18",
        "ACCESS CLOSE COMMIT CREATE DELEGPURGE DELEGRETURN GETATTR GETFH LINK LOCK LOCKT LOCKU LOOKUP LOOKUPP NVERIFY OPEN "
        "OPENATTR OPEN_DOWNGRADE PUTFH PUTPUBFH PUTROOTFH READ READDIR READLINK REMOVE RENAME RESTOREFH SAVEFH SECINFO SETATTR "
        "VERIFY WRITE BACKCHANNEL_CTL BIND_CONN_TO_SESSION EXCHANGE_ID CREATE_SESSION DESTROY_SESSION FREE_STATEID "
        "GET_DIR_DELEGATION GETDEVICEINFO GETDEVICELIST LAYOUTCOMMIT LAYOUTGET LAYOUTRETURN SECINFO_NO_NAME SEQUENCE SET_SSV "
        "TEST_STATEID WANT_DELEGATION DESTROY_CLIENTID RECLAIM_COMPLETE ILLEGAL",
        description=3,
    ),
}

TITLES = {**_RFC7530, **_RFC8881, **sections_nfs42.TITLES}
