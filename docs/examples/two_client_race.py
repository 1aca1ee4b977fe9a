"""Two clients, one name, and the order of events chosen: both ways round.

A pause holds the first client's CREATE inside the server, before it has happened, while the second one's goes by.
"""

from dittofs import Server, nfs3
from dittofs.faults import at, once, pause
from dittofs.nfs3 import GUARDED


def race(second_goes_first: bool) -> tuple[str, str]:
    with Server() as srv:
        a, root = nfs3.connect(srv.url)
        b, _ = nfs3.connect(srv.url)
        with srv.faults.arm(at.nfs3("CREATE").enter, once, pause()) as held:
            first = a.create.send(root, "name", GUARDED)
            held.wait()
            if not second_goes_first:
                held.release()
                first.reply()
            second = b.create.call(root, "name", GUARDED)
            held.release()
            return first.reply().outcome.name, second.outcome.name


print("in the order they came:", race(second_goes_first=False))
print("the second overtakes:  ", race(second_goes_first=True))
