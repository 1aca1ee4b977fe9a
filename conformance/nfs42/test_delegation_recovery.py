"""Delegations that are reclaimed after a restart of the server: RFC 8881 10.2.1, 18.16. On a durable server of the test's own."""

from conformance.delegation_recovery import *  # noqa: F403
from conformance.delegations import world
from dittofs.testing.markers import needs

pytestmark = needs("own")
w = world(2, store="lmdb")
