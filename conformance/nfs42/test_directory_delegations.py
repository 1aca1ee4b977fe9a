"""Delegations of directories in minor version 2: RFC 8881 10.9, 18.39 and 20.4."""

from conformance.directory_cases import *  # noqa: F403
from conformance.directory_delegations import directory_world
from conformance.directory_notify_cases import *  # noqa: F403
from dittofs.testing.markers import needs

pytestmark = needs("own")
w = directory_world(2)
