"""IP packets of a capture file: pcapng (draft-ietf-opsawg-pcapng) or pcap (draft-ietf-opsawg-pcap), of our server
(`log.pcap_file`, srv.capture()), of tcpdump or of Wireshark."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, NamedTuple, Optional, Union

SECTION, INTERFACE, PACKET, SIMPLE_PACKET = 0x0A0D0D0A, 1, 6, 3
BYTE_ORDER_MAGIC = 0x1A2B3C4D
_TSRESOL = 9
_PCAP = {0xA1B2C3D4: 1e-6, 0xA1B23C4D: 1e-9}  # magic number: the unit of its fractions of a second
# Link types (tcpdump.org/linktypes.html) with what stands before the packet; where the Ethernet type is, if it is said.
_LINKS: dict[int, tuple[int, Optional[int]]] = {
    0: (4, None),  # NULL
    1: (14, 12),  # ETHERNET
    12: (0, None),  # RAW, as some systems number it
    14: (0, None),
    101: (0, None),  # RAW
    113: (16, 14),  # LINUX_SLL
    228: (0, None),  # IPV4
    229: (0, None),  # IPV6
    276: (20, 0),  # LINUX_SLL2
}
_VLAN = 0x8100
_TCP = 6
_V6_EXTENSIONS = (0, 43, 60)  # hop by hop, routing, destination options


class NoCapture(ValueError):
    """The file is none, or is damaged."""


class Address(NamedTuple):
    ip: bytes
    port: int


@dataclass(frozen=True)
class Segment:
    """A TCP segment."""

    at: float  # seconds since 1970
    source: Address
    to: Address
    sequence: int
    syn: bool
    ack: bool
    ends: bool  # FIN or RST
    data: bytes


def is_capture(path: Union[str, Path]) -> bool:
    """Whether the file begins as one."""
    with open(path, "rb") as file:
        head = file.read(4)
    return len(head) == 4 and (
        head == SECTION.to_bytes(4, "big") or any(struct.unpack(e + "I", head)[0] in _PCAP for e in "<>")
    )


def segments(path: Union[str, Path]) -> Iterator[Segment]:
    """The TCP segments of a capture, in its order. NoCapture says where the file is none."""
    raw = Path(path).read_bytes()
    frames = _pcapng if raw[:4] == SECTION.to_bytes(4, "big") else _pcap
    for at, link, frame in frames(raw, str(path)):
        segment = _segment(at, _without_link(link, frame, str(path)))
        if segment is not None:
            yield segment


# --- files ------------------------------------------------------------------------------------------------------------

Frame = tuple[float, int, bytes]  # when, link type, bytes


def _pcapng(raw: bytes, name: str) -> Iterator[Frame]:
    order, at = "<", 0
    interfaces: list[tuple[int, float]] = []  # link type, unit of time
    while at < len(raw):
        if raw[at : at + 4] == SECTION.to_bytes(4, "big"):
            order = "<" if raw[at + 8 : at + 12] == BYTE_ORDER_MAGIC.to_bytes(4, "little") else ">"
            interfaces = []
        if len(raw) - at < 12:
            raise NoCapture(f"{name}: it ends in the middle of a block")
        kind, length = struct.unpack_from(order + "II", raw, at)
        if length < 12 or length % 4 or at + length > len(raw):
            raise NoCapture(f"{name}: byte {at}: a block of {length} bytes")
        body = raw[at + 8 : at + length - 4]
        at += length
        try:
            if kind == INTERFACE:
                interfaces.append((struct.unpack_from(order + "H", body)[0], _unit(order, body[8:])))
            elif kind == PACKET:
                which, high, low, size = struct.unpack_from(order + "IIII", body)
                link, unit = interfaces[which]
                yield (high << 32 | low) * unit, link, body[20 : 20 + size]
            elif kind == SIMPLE_PACKET:
                (size,) = struct.unpack_from(order + "I", body)
                yield 0.0, interfaces[0][0], body[4 : 4 + size]
        except (struct.error, IndexError):
            raise NoCapture(f"{name}: byte {at - length}: a damaged block") from None


def _unit(order: str, options: bytes) -> float:
    """Of an interface's times: microseconds unless if_tsresol says otherwise."""
    while len(options) >= 4:
        code, size = struct.unpack_from(order + "HH", options)
        if code == _TSRESOL and size == 1:
            value = options[4]
            return 2.0 ** -(value & 0x7F) if value & 0x80 else 10.0**-value
        options = options[4 + size + -size % 4 :]
    return 1e-6


def _pcap(raw: bytes, name: str) -> Iterator[Frame]:
    for order in "<>":
        if len(raw) >= 24 and struct.unpack_from(order + "I", raw)[0] in _PCAP:
            break
    else:
        raise NoCapture(f"{name} is no capture of packets (pcapng, pcap)")
    magic, link = struct.unpack_from(order + "I", raw)[0], struct.unpack_from(order + "I", raw, 20)[0] & 0xFFFF
    at = 24
    while at < len(raw):
        if len(raw) - at < 16:
            raise NoCapture(f"{name}: it ends in the middle of a packet")
        seconds, fraction, size, _ = struct.unpack_from(order + "IIII", raw, at)
        if at + 16 + size > len(raw):
            raise NoCapture(f"{name}: it ends in the middle of a packet")
        yield seconds + fraction * _PCAP[magic], link, raw[at + 16 : at + 16 + size]
        at += 16 + size


# --- packets ----------------------------------------------------------------------------------------------------------


def _without_link(link: int, frame: bytes, name: str) -> bytes:
    if link not in _LINKS:
        raise NoCapture(f"{name}: packets of link type {link}; there are {', '.join(map(str, _LINKS))}")
    head, type_at = _LINKS[link]
    while type_at is not None and frame[type_at : type_at + 2] == _VLAN.to_bytes(2, "big") and link == 1:
        head, type_at = head + 4, type_at + 4
    return frame[head:]


def _segment(at: float, packet: bytes) -> Optional[Segment]:
    """None: no TCP, or no whole packet."""
    if len(packet) < 20:
        return None
    if packet[0] >> 4 == 4:
        head, total = (packet[0] & 15) * 4, int.from_bytes(packet[2:4], "big")
        fragment = int.from_bytes(packet[6:8], "big") & 0x3FFF
        if packet[9] != _TCP or fragment:
            return None
        ips, upper = (packet[12:16], packet[16:20]), packet[head : total or len(packet)]
    elif packet[0] >> 4 == 6 and len(packet) >= 40:
        protocol, head, total = packet[6], 40, 40 + int.from_bytes(packet[4:6], "big")
        while protocol in _V6_EXTENSIONS and head + 8 <= len(packet):
            protocol, head = packet[head], head + 8 + packet[head + 1] * 8
        if protocol != _TCP:
            return None
        ips, upper = (packet[8:24], packet[24:40]), packet[head:total]
    else:
        return None
    if len(upper) < 20:
        return None
    source, to, sequence = struct.unpack_from(">HHI", upper)
    flags = upper[13]
    return Segment(
        at, Address(ips[0], source), Address(ips[1], to), sequence,
        syn=bool(flags & 2), ack=bool(flags & 16), ends=bool(flags & 5), data=upper[(upper[12] >> 4) * 4 :],
    )  # fmt: skip
