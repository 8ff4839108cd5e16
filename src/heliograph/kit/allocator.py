"""What the C library does with memory that is free again."""

import ctypes

# See mallopt(3).
M_MMAP_THRESHOLD = -3
LARGE = 128 * 1024


def give_large_back() -> None:
    """Let the system have large arrays back as soon as they are gone.

    Of itself glibc keeps more and more of them for later, up to 32 MB each: a process that has caught up once
    would stay as large as it was then. Other libraries know no such limit, and nothing is asked of them.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(M_MMAP_THRESHOLD, LARGE)
