"""How the small functions of this package are compiled: inlined, so that they do not copy their many arguments."""

from functools import partial

from heliograph.engine import compiled

part = partial(compiled.part, forceinline=True)
