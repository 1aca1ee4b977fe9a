"""A lease expires: what a client loses when it stays silent, in microseconds of real time.

RFC 8881 8.4.3 lets a server keep the state of a silent client until somebody else wants what it holds. This one does, so
the lock is there until the second client asks for it.
"""

from dittofs import Server, nfs4
from dittofs.nfs4 import WRITE_LT, create, op

BOTH = nfs4.OPEN4_SHARE_ACCESS_BOTH

with Server(clock="manual") as srv:
    silent, export = nfs4.connect(srv.url)
    f = silent.open(export, "f", create(mode=0o666), share_access=BOTH)
    silent.lock(f, WRITE_LT, 0, 100)

    other, export = nfs4.connect(srv.url)
    mine = other.open(export, "f", share_access=BOTH)
    denied = other.call(op.putfh(mine.fh), op.lock(WRITE_LT, 0, 100, open_stateid=mine.stateid))
    print("while the lease is good:", denied.status.name)

    lease = silent.getattr(export, "lease_time").lease_time
    srv.clock.advance(lease * 2 / 3)
    other.compound(op.putrootfh())  # the other one keeps its own lease
    srv.clock.advance(lease * 2 / 3)
    other.lock(mine, WRITE_LT, 0, 100)
    print("after it: the other client has the lock")

    told = silent.call(op.putrootfh())
    flags = told.all[0].sr_resok4.sr_status_flags
    named = [name for name, bit in vars(nfs4).items() if name.startswith("SEQ4_STATUS_") and flags & bit]
    print("and the silent one is told:", told.status.name, *named)
