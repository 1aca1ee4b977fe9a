"""Ports that others have."""

import contextlib
import socket

from dittofs import Server

from hostile.attack import allow_descriptors


def test_a_port_that_the_system_chooses_is_free_for_tcp_and_udp():
    """The system chooses one that is free for TCP: where somebody has it for UDP, it chooses again."""
    many = min(8_000, allow_descriptors(8_500) - 500)  # of the 28,232 that Linux chooses from
    with contextlib.ExitStack() as stack:
        for _ in range(many):
            taken = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            taken.bind(("127.0.0.1", 0))
        for _ in range(12):
            with Server(settings={"listen.portmap": True}) as server:
                assert server.running
