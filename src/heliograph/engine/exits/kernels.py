"""How the functions of this package are compiled."""

import numba

# No fastmath: it changes bits. With NumPy's error model a division by zero is an infinity, not an exception.
kernel = numba.njit(cache=True, nogil=True, error_model="numpy")
