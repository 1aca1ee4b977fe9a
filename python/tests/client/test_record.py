"""Record marking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dittofs.rpc import record


def test_one_fragment():
    assert record.mark(b"abcd") == b"\x80\0\0\4abcd"


def test_fragments_of_a_size():
    assert record.mark(b"abcde", 2) == b"\0\0\0\2ab\0\0\0\2cd\x80\0\0\1e"
    assert record.mark(b"abcd", 2) == b"\0\0\0\2ab\x80\0\0\2cd"


def test_given_sizes_and_the_rest():
    assert record.mark(b"abc", [0, 1]) == b"\0\0\0\0\0\0\0\1a\x80\0\0\2bc"
    assert record.mark(b"abc", [3]) == b"\0\0\0\3abc\x80\0\0\0"


def test_nothing():
    assert record.mark(b"") == record.mark(b"", 5) == b"\x80\0\0\0"


@pytest.mark.parametrize("sizes", [0, -1, [2, 2]])
def test_impossible_sizes(sizes):
    with pytest.raises(ValueError):
        record.mark(b"abc", sizes)


@given(st.lists(st.binary(max_size=50), max_size=5), st.data())
def test_any_cut_comes_back_whole(messages, data):
    stream = b""
    for message in messages:
        cuts = data.draw(st.lists(st.integers(0, 10), max_size=6))
        while sum(cuts) > len(message):
            cuts.pop()
        stream += record.mark(message, cuts)
    frames, out = record.Deframer(), []
    while stream:
        size = data.draw(st.integers(1, 20))
        out += frames.feed(stream[:size])
        stream = stream[size:]
    assert out == messages and frames.idle
