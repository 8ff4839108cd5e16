"""Memory of large arrays goes back to the system."""

import subprocess
import sys

PROGRAM = """
import sys
import numpy as np
import psutil
from heliograph.kit.allocator import give_large_back

if "asked" in sys.argv:
    give_large_back()
# From the first that is freed on, glibc keeps others of its size.
for _ in range(3):
    np.ones(1 << 17)
arrays, between = [], []
for _ in range(100):
    arrays.append(np.ones(1 << 17))
    between.append(bytearray(1 << 16))
del arrays
print(psutil.Process().memory_full_info().uss >> 20)
"""


def megabytes(*asked):
    done = subprocess.run([sys.executable, "-c", PROGRAM, *asked], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_a_process_is_as_small_again_as_before_its_large_arrays():
    assert megabytes("asked") + 80 < megabytes()
