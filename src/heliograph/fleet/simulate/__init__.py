"""The same policy over a load that was recorded or thought up, in simulated time."""

from heliograph.fleet.simulate.load import Load
from heliograph.fleet.simulate.plant import Plant
from heliograph.fleet.simulate.queueing import erlang_c, mean_wait_s
from heliograph.fleet.simulate.result import Simulated
from heliograph.fleet.simulate.run import simulate

__all__ = ["Load", "Plant", "Simulated", "erlang_c", "mean_wait_s", "simulate"]
