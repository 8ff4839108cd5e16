"""From candidates to finished trades: one kernel for live outcomes and for backtests."""

from heliograph.engine.exits.inputs import Inputs, SideInputs
from heliograph.engine.exits.records import PHASES, SLOT
from heliograph.engine.exits.rules import EXIT_REASONS, REJECTS, SIDES, ExitReason, Reject, Rules, SideRules
from heliograph.engine.exits.tracker import Events, Exits, Recording

__all__ = [
    "EXIT_REASONS",
    "PHASES",
    "REJECTS",
    "SIDES",
    "SLOT",
    "Events",
    "ExitReason",
    "Exits",
    "Inputs",
    "Recording",
    "Reject",
    "Rules",
    "SideInputs",
    "SideRules",
]
