"""Delegations over a restart of their client: RFC 7530 10.2.1, 16.5, 16.16."""

from conformance.delegation_heirs import *  # noqa: F403
from conformance.delegations import world
from dittofs.testing.markers import needs

pytestmark = needs("own")
w = world(0)
