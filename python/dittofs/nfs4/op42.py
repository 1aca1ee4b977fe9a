"""Builders of the operations that come with minor version 2."""

from __future__ import annotations

from typing import Any, Iterable, Optional, Union

from dittofs.nfs4.attributes import Bitmap, bitmap
from dittofs.nfs4.operation import Builder
from dittofs.nfs4.stateids import ANONYMOUS, stateid
from dittofs.wire import nfs4 as w

Name = Union[str, bytes]


@Builder
def allocate(aa_stateid: Any, aa_offset: int, aa_length: int) -> w.ALLOCATE4args:
    return w.ALLOCATE4args(stateid(aa_stateid), aa_offset, aa_length)


@Builder
def copy(
    ca_src_stateid: Any,
    ca_dst_stateid: Any,
    ca_src_offset: int = 0,
    ca_dst_offset: int = 0,
    ca_count: int = 0,
    ca_consecutive: bool = True,
    ca_synchronous: bool = True,
    ca_source_server: Iterable[w.netloc4] = (),
) -> w.COPY4args:
    """From the saved filehandle to the current one. A count of 0 is to the end of the file."""
    return w.COPY4args(
        stateid(ca_src_stateid), stateid(ca_dst_stateid), ca_src_offset, ca_dst_offset, ca_count, ca_consecutive,
        ca_synchronous, list(ca_source_server),
    )  # fmt: skip


@Builder
def copy_notify(cna_src_stateid: Any, cna_destination_server: Optional[w.netloc4] = None) -> w.COPY_NOTIFY4args:
    where = cna_destination_server or w.netloc4(w.NL4_NAME, nl_name="localhost")
    return w.COPY_NOTIFY4args(stateid(cna_src_stateid), where)


@Builder
def deallocate(da_stateid: Any, da_offset: int, da_length: int) -> w.DEALLOCATE4args:
    return w.DEALLOCATE4args(stateid(da_stateid), da_offset, da_length)


@Builder
def io_advise(iaa_stateid: Any, iaa_offset: int = 0, iaa_count: int = 0, iaa_hints: Bitmap = ()) -> w.IO_ADVISE4args:
    """`iaa_hints`: values of IO_ADVISE_type4."""
    return w.IO_ADVISE4args(stateid(iaa_stateid), iaa_offset, iaa_count, bitmap(iaa_hints))


@Builder
def layouterror(
    lea_stateid: Any,
    lea_offset: int = 0,
    lea_length: int = w.NFS4_UINT64_MAX,
    lea_errors: Iterable[w.device_error4] = (),
) -> w.LAYOUTERROR4args:
    return w.LAYOUTERROR4args(lea_offset, lea_length, stateid(lea_stateid), list(lea_errors))


@Builder
def layoutstats(
    lsa_stateid: Any,
    lsa_offset: int = 0,
    lsa_length: int = w.NFS4_UINT64_MAX,
    lsa_read: Optional[w.io_info4] = None,
    lsa_write: Optional[w.io_info4] = None,
    lsa_deviceid: bytes = bytes(16),
    lsa_layoutupdate: Optional[w.layoutupdate4] = None,
) -> w.LAYOUTSTATS4args:
    return w.LAYOUTSTATS4args(
        lsa_offset, lsa_length, stateid(lsa_stateid), lsa_read or w.io_info4(), lsa_write or w.io_info4(), lsa_deviceid,
        lsa_layoutupdate or w.layoutupdate4(w.LAYOUT4_NFSV4_1_FILES),
    )  # fmt: skip


@Builder
def offload_cancel(oca_stateid: Any) -> w.OFFLOAD_CANCEL4args:
    return w.OFFLOAD_CANCEL4args(stateid(oca_stateid))


@Builder
def offload_status(osa_stateid: Any) -> w.OFFLOAD_STATUS4args:
    return w.OFFLOAD_STATUS4args(stateid(osa_stateid))


@Builder
def read_plus(rpa_stateid: Any = ANONYMOUS, rpa_offset: int = 0, rpa_count: int = 65536) -> w.READ_PLUS4args:
    return w.READ_PLUS4args(stateid(rpa_stateid), rpa_offset, rpa_count)


@Builder
def seek(sa_stateid: Any, sa_offset: int, sa_what: int) -> w.SEEK4args:
    return w.SEEK4args(stateid(sa_stateid), sa_offset, sa_what)


@Builder
def write_same(wsa_stateid: Any, wsa_adb: w.app_data_block4, wsa_stable: int = w.FILE_SYNC4) -> w.WRITE_SAME4args:
    return w.WRITE_SAME4args(stateid(wsa_stateid), wsa_stable, wsa_adb)


@Builder
def clone(cl_src_stateid: Any, cl_dst_stateid: Any, cl_src_offset: int = 0, cl_dst_offset: int = 0, cl_count: int = 0) -> w.CLONE4args:
    """From the saved filehandle to the current one. A count of 0 is to the end of the file."""
    return w.CLONE4args(stateid(cl_src_stateid), stateid(cl_dst_stateid), cl_src_offset, cl_dst_offset, cl_count)


@Builder
def getxattr(gxa_name: Name) -> w.GETXATTR4args:
    return w.GETXATTR4args(gxa_name)


@Builder
def setxattr(sxa_key: Name, sxa_value: bytes, sxa_option: int = w.SETXATTR4_EITHER) -> w.SETXATTR4args:
    return w.SETXATTR4args(sxa_option, sxa_key, sxa_value)


@Builder
def listxattrs(lxa_cookie: int = 0, lxa_maxcount: int = 65536) -> w.LISTXATTRS4args:
    return w.LISTXATTRS4args(lxa_cookie, lxa_maxcount)


@Builder
def removexattr(rxa_name: Name) -> w.REMOVEXATTR4args:
    return w.REMOVEXATTR4args(rxa_name)
