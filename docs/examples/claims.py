"""The state engine alone, without a server: who conflicts with whom on one file, and who waits for a lock."""

from dittofs import Clock
from dittofs.claims import CachingGrant, ClaimTable, LockAccess, LockQueue, OpenAccess, Owner, Rights, WriteAccess

alice, bob = Owner("alice", client=1), Owner("bob", client=2)
file = ClaimTable()

file.set_share(alice, access=Rights.READ, deny=Rights.WRITE)
verdict = file.judge(bob, OpenAccess(Rights.WRITE))
print("bob opens for writing:", verdict.kind, "because of", verdict.holder.name)
file.drop_share(alice)

delegation = file.grant(alice, CachingGrant(read=True))
print("bob writes:", file.judge(bob, WriteAccess()).kind, "of alice's delegation")
file.take_back(delegation)

clock = Clock(manual=True)
queue = LockQueue(clock, lease=90)
file.lock(alice, 0, 99)
file.unlock(alice, 40, 59)
print("alice's locks:", [(r.first, r.last) for r in file.ranges])
in_the_way = file.judge(bob, LockAccess(30, 49)).range
print("bob waits for bytes 30 to 49, behind", (in_the_way.first, in_the_way.last))
queue.wait(bob, 30, 49)
file.unlock(alice)
print("alice is gone; told:", [w.owner.name for w in queue.take_ready(file)])
clock.advance(90)
print("a lease later, given up:", [w.owner.name for w in queue.take_late()])
