"""NFS4ERR.NOENT is nfsstat4.NFS4ERR_NOENT."""

from types import SimpleNamespace

from dittofs.wire.nfs4 import NFS4_OK, nfsstat4

NFS4ERR = SimpleNamespace(
    **{name.removeprefix("NFS4ERR_"): value for name, value in nfsstat4.__members__.items() if value != NFS4_OK}
)
