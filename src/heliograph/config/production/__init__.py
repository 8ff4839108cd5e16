"""What must hold where others can reach an installation: HELIOGRAPH_PRODUCTION refuses to start without."""

from heliograph.config.production.access import access
from heliograph.config.production.caches import caches
from heliograph.config.production.secrets import secrets
from heliograph.config.production.wires import wires

RULES = (secrets, access, caches, wires)

__all__ = ["RULES"]
