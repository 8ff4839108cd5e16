"""Every setting there is: from here they are read, checked and documented."""

from heliograph.config.declared.backups import BACKUPS
from heliograph.config.declared.running import RUNNING
from heliograph.config.declared.servers import PLACES, SERVERS
from heliograph.config.declared.setting import Kind, Section, Setting
from heliograph.config.declared.web import ACCESS, WEB
from heliograph.config.declared.work import SCALING, WORK

SECTIONS = (SERVERS, PLACES, WEB, ACCESS, WORK, SCALING, RUNNING, BACKUPS)
SETTINGS = {one.name: one for section in SECTIONS for one in section.settings}

__all__ = ["SECTIONS", "SETTINGS", "Kind", "Section", "Setting"]
