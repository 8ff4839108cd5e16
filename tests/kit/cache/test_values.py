"""What goes in comes out: types, lifetimes, tags, and what is no entry."""

import enum
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.kit.cache.encoding import decode, encode
from heliograph.kit.cache.envelope import Envelope, seal, unseal
from heliograph.kit.cache.errors import NotCacheable, Unreadable

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


class Side(enum.Enum):
    LONG = "long"


class Row(msgspec.Struct, frozen=True):
    side: Side
    at: datetime
    prices: tuple[float, float | None]


@dataclass(frozen=True)
class Window:
    times: npt.NDArray[np.int64]
    close: npt.NDArray[np.float64]
    name: str


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def same(left, right):
    """Equal, where NaN is NaN."""
    if isinstance(left, float) and math.isnan(left):
        return math.isnan(right)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


@given(PLAIN)
def test_plain_values_come_back_as_they_were(value):
    assert same(decode(encode(value)), value)
    # Whoever names no kind within takes each.
    assert same(decode(encode({"one": value}), dict[str, object]), {"one": value})


def test_types_come_back_where_the_kind_names_them():
    row = Row(Side.LONG, NOW, (1.5, None))
    assert decode(encode(row), Row) == row
    assert decode(encode([row]), list[Row]) == [row]
    assert decode(encode(NOW)) == NOW


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, np.nan, -np.inf, -0.0]),
        np.array([[1, 2], [3, 2**62]], dtype=np.int64),
        np.zeros((0, 3)),
        np.array([True, False]),
        np.array(["2026-01-02"], dtype="M8[ms]"),
        np.arange(12.0).reshape(3, 4).T,
    ],
)
def test_arrays_come_back_bit_for_bit_and_ready_for_kernels(array):
    found = decode(encode({"array": array}))["array"]
    assert (found.dtype, found.shape, found.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert found.flags.c_contiguous
    assert found.flags.aligned


def test_a_dataclass_of_arrays_comes_back_and_cannot_be_changed():
    found = decode(encode(Window(np.arange(3), np.array([1.0, np.nan, 3.0]), "BTC")), Window)
    assert (found.times.tolist(), found.close[2], found.name) == ([0, 1, 2], 3.0, "BTC")
    with pytest.raises(ValueError, match="read-only"):
        found.close[0] = 5


def test_scalars_of_numpy_become_numbers():
    assert decode(encode([np.float64(1.5), np.int64(3), np.bool_(True)])) == [1.5, 3, True]


@pytest.mark.parametrize("value", [object(), np.array([object()]), {1j: 2}, 2**70, lambda: 1])
def test_what_has_no_written_form_is_refused(value):
    with pytest.raises(NotCacheable):
        encode(value)


def sealed(body=b"x" * 3000, tags=(("signals", 7),)):
    return seal(Envelope(body, 1.0, 2.0, 3.0, 0.5, tags, True), compress_over=1024)


def test_an_envelope_comes_back_whole():
    assert unseal(sealed()) == Envelope(b"x" * 3000, 1.0, 2.0, 3.0, 0.5, (("signals", 7),), True)
    assert len(sealed()) < 200


def test_no_harm_to_an_entry_goes_unseen():
    """Cut anywhere, and any one bit turned."""
    whole = sealed(body=Random(7).randbytes(100))
    hurt = [whole[:length] for length in range(len(whole))]
    hurt += [
        whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]
        for place in range(len(whole))
        for bit in range(8)
    ]
    for data in [*hurt, b"", whole + b"\0", b"not ours at all " * 5]:
        with pytest.raises(Unreadable):
            unseal(data)
