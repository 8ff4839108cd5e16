"""Lists the benchmarks."""

from pathlib import Path

from benchmarks.parts.listing import show_programs

show_programs(Path(__file__).parent)
