"""Backups, and where they go."""

from heliograph.config.declared.setting import Kind, Section, Setting

BACKUPS = Section(
    "Backups",
    (
        Setting(
            "HELIOGRAPH_BACKUP_PASSPHRASE",
            "Seals backups and archives; without it whoever gets them can read them. Keep it elsewhere as "
            "well: nothing opens them without.",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_ARCHIVE",
            "The folder of base backups and of the log of changes (WAL): `heliograph archive`.",
            Kind.PATH,
        ),
    ),
)
