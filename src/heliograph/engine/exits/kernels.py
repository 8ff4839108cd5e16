"""How the functions of this package are compiled.

Without `_nrt=False` Numba counts references to every array at every call between these small functions, which costs
thirty times what they do; so none of them may make an array. Inlined, they do not copy their arguments either.
"""

from functools import partial

from heliograph.engine import compiled

kernel = partial(compiled.kernel, _nrt=False)
part = partial(compiled.part, _nrt=False, forceinline=True)
