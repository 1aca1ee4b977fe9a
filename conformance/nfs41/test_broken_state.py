"""Opens, locks and data of two clients while replies are lost, the store fails, the server crashes and leases end."""

import pytest

from conformance.broken_state import BrokenState
from conformance.machines import run
from conformance.restarts import world
from dittofs.testing.markers import covers, meets, needs


@needs("own", "faults")
@pytest.mark.parametrize("minor", [1, 2])
@covers("RFC8881 2.10.6.2", "a request whose reply was lost is answered as the first time, and done once")
@covers("RFC8881 8.4.2.1", "opens and locks are reclaimed after a crash, and nobody has taken them meanwhile")
@covers("RFC8881 8.4.3", "what a silent client holds is taken by who wants it, and by nobody else")
@meets("8881-8.4.3-1")
def test_state_that_is_broken(instance, seed, minor):
    with world(instance, minor) as w:
        run(BrokenState, seed, {"world": w}, examples=30, steps=40)
