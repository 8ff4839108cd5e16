"""The functions that expressions may call, by name."""

from heliograph.engine.functions.averages import AVERAGES
from heliograph.engine.functions.function import Function, Parameter
from heliograph.engine.functions.momentum import MOMENTUM
from heliograph.engine.functions.ranges import RANGES
from heliograph.engine.functions.values import VALUES
from heliograph.engine.functions.volume import VOLUME

FUNCTIONS: dict[str, Function] = {
    function.name: function for function in (*AVERAGES, *MOMENTUM, *RANGES, *VOLUME, *VALUES)
}

__all__ = ["FUNCTIONS", "Function", "Parameter"]
