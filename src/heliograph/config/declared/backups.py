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
            "HELIOGRAPH_BACKUP_DATABASE_URL",
            "The role by which base backups are taken: it may replicate, and needs no more.",
            Kind.URL,
            without="`DATABASE_URL`",
            is_secret=True,
        ),
        Setting(
            "HELIOGRAPH_ARCHIVE",
            "The folder of base backups and of the log of changes (WAL): `heliograph archive`.",
            Kind.PATH,
        ),
        Setting(
            "HELIOGRAPH_BACKUPS_ELSEWHERE",
            "Where `heliograph archive copy` goes: a folder, `s3://bucket/prefix`, or what rsync knows, "
            "such as `backup@host:heliograph`.",
        ),
        Setting(
            "HELIOGRAPH_S3_ENDPOINT",
            "The address of an S3-compatible store.",
            Kind.URL,
            without="that of Amazon",
        ),
        Setting("HELIOGRAPH_S3_REGION", "Its region.", default="us-east-1"),
        Setting("HELIOGRAPH_S3_KEY_ID", "The name of the key by which it is entered."),
        Setting("HELIOGRAPH_S3_SECRET", "The secret of that key.", is_secret=True),
        Setting(
            "HELIOGRAPH_S3_CA",
            "A file of certificates by which it is believed, where it has an authority of its own.",
            Kind.PATH,
        ),
    ),
)
