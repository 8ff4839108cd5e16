"""Values as bytes and back: msgpack with types, never pickle.

What has a type (`kind`) comes back as that type: dataclasses, structs, enumerations, tuples. Without one it
is what msgpack knows (None, bool, int, float, str, bytes, list, dict, datetimes with a zone) and arrays.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

import msgspec

from heliograph.kit.cache.errors import NotCacheable, Unreadable

ARRAY = 1
# Letters of NumPy's kinds: bool, integers, floats, and moments.
PLAIN = frozenset("biufMm")
SHAPE = struct.Struct("<8sB")


def encode(value: object) -> bytes:
    """The value as bytes; NotCacheable where it has no written form."""
    try:
        return ENCODER.encode(value)
    except (TypeError, NotImplementedError, msgspec.MsgspecError, OverflowError) as fault:
        raise NotCacheable(f"A {type(value).__name__} cannot be cached: {fault}.") from fault


def decode(data: bytes, kind: Any = Any) -> Any:
    """The value that was encoded, as `kind`; Unreadable where the bytes do not give one."""
    try:
        return decoder(kind)(data)
    except (msgspec.MsgspecError, ValueError, TypeError, struct.error, UnicodeDecodeError) as fault:
        raise Unreadable(f"The value cannot be read as {kind}: {fault}.") from fault


@lru_cache(maxsize=1024)
def decoder(kind: Any) -> Callable[[bytes], Any]:
    """What reads a kind; made once, since that takes longer than reading."""
    return msgspec.msgpack.Decoder(kind, dec_hook=_as_kind, ext_hook=_read_extension).decode


def _numpy() -> ModuleType:
    # Who caches no arrays need not wait for its import.
    import numpy

    return numpy


def _plain(value: Any) -> Any:
    """What msgspec does not know: arrays and the scalars of NumPy."""
    if type(value).__module__ != "numpy":
        raise NotImplementedError(f"{type(value).__name__} is not among the types that it knows")
    if not hasattr(value, "ndim") or value.ndim == 0:
        return value.item()
    if value.dtype.kind not in PLAIN:
        raise NotImplementedError(f"arrays of {value.dtype} hold objects")
    sides = struct.pack(f"<{value.ndim}q", *value.shape)
    head = SHAPE.pack(value.dtype.str.encode(), value.ndim)
    return msgspec.msgpack.Ext(ARRAY, head + sides + value.tobytes())


def _read_extension(code: int, data: memoryview) -> Any:
    if code != ARRAY:
        raise ValueError(f"extension {code} is not ours")
    name, sides = SHAPE.unpack_from(data)
    number, read = _dtype(name)
    # A copy lies on the boundaries that compiled kernels want; read-only, since all readers share it.
    array = read(data, number, -1, SHAPE.size + sides * 8).copy()
    if sides != 1:
        array = array.reshape(struct.unpack_from(f"<{sides}q", data, SHAPE.size))
    array.setflags(write=False)
    return array


@lru_cache(maxsize=64)
def _dtype(name: bytes) -> tuple[Any, Any]:
    numpy = _numpy()
    return numpy.dtype(name.rstrip(b"\0").decode()), numpy.frombuffer


def _as_kind(kind: Any, value: Any) -> Any:
    """Arrays pass where an array is asked for, and all where `object` is; nothing else that is unknown."""
    if kind is object or type(value).__module__ == "numpy":
        return value
    raise NotCacheable(f"A {kind} cannot be read back from the cache.")


ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
