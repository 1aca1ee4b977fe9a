"""Opens and share reservations against a model: RFC 7530 9.9, 16.16, 16.19, 16.2."""

from conformance import opens
from dittofs.testing.markers import covers, meets


@covers("RFC7530 9.9", "any sequence of OPEN, OPEN_DOWNGRADE, WRITE and CLOSE by two owners of each of two clients")
@meets("7530-9.11-1")
def test_opens(nfs40, other, home, srv, seed):
    opens.run(nfs40, other, home, seed, shrink="own" in srv.can)
