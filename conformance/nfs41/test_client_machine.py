"""Client ids and sessions against a model, see machine.py."""

from conformance.nfs41 import machine
from dittofs import nfs4
from dittofs.testing.markers import covers, meets, needs

WHAT = "any sequence of EXCHANGE_ID, CREATE_SESSION, SEQUENCE, DESTROY_SESSION and DESTROY_CLIENTID by two owners and two principals"


@covers("RFC8881 18.35.4", WHAT)
@meets("8881-18.35.3-1")
def test_clients(c, srv, seed):
    machine.run(c, seed, shrink="own" in srv.can)


@needs("own")
@covers("RFC8881 8.3", WHAT + ", while time passes")
def test_clients_and_time(instance, seed):
    server = instance(store="memory", clock="manual")
    client = nfs4.Client(server.host, server.nfs_port, minorversion=1)
    session = client.session()
    lease = session.getattr(session.path("/export"), "lease_time").lease_time
    machine.run(client, seed, advance=lambda leases: server.clock.advance(leases * lease))
    client.endpoint.close()
