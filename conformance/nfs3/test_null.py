"""NULL: RFC 1813 3.3.0."""

from dittofs.rpc import NONE
from dittofs.testing.markers import covers, meets


@covers("RFC1813 3.3.0", "NULL does nothing and answers")
@meets("1813-3.3.0-1")
def test_null(nfs3):
    assert nfs3.null().body == b""


@covers("RFC1813 3.3.0", "NULL needs no authentication")
@meets("1813-3.3.0-1")
def test_without_credential(nfs3):
    nfs3.null(cred=NONE)


@covers("RFC1813 3.3.0", "NULL answers again and again on one connection")
def test_many(nfs3):
    for call in [nfs3.null.send() for _ in range(100)]:
        call.result()
