"""Delegations over a restart of their client: RFC 8881 10.2.1, 18.5, 18.16."""

from conformance.delegation_heirs import *  # noqa: F403
from conformance.delegations import world
from dittofs.testing.markers import needs

pytestmark = needs("own")
w = world(2)
