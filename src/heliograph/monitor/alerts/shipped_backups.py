"""Rules of backups: of servers whose archive HELIOGRAPH_ARCHIVE names."""

from heliograph.monitor.alerts.shipping import above, rule
from heliograph.monitor.alerts.terms import CRITICAL, WARNING

LOOK = "heliograph archive list"

OF_BACKUPS = dict(
    [
        rule(
            "backup-late",
            above("backup_age_seconds", 26 * 3_600, for_seconds=600),
            CRITICAL,
            "backup",
            title="There is no backup of today",
            says="The newest base backup is more than a day old, or there is none.",
            comes_from="The timer does not run, the disk of the archive is full, or the role may not "
            "replicate.",
            look=LOOK,
            remedy="`heliograph archive base` takes one now and says what is wrong; "
            "`systemctl status heliograph-backup.timer` says whether the timer runs.",
        ),
        rule(
            "backup-log-late",
            above("backup_log_age_seconds", 900, clear=300, for_seconds=120),
            CRITICAL,
            "backup-log",
            title="The log of changes is not archived",
            says="For a quarter of an hour nothing of PostgreSQL's log came into the archive: what was "
            "written since would be lost with the server.",
            comes_from="archive_command fails (the server's log says why), or archive_mode is off.",
            look="SELECT * FROM pg_stat_archiver",
            remedy="Mend what the log of PostgreSQL says of archive_command; it catches up by itself.",
        ),
        rule(
            "backup-log-incomplete",
            above("backup_missing_segments", 0),
            CRITICAL,
            "backup-log",
            title="A part of the archived log is missing",
            says="Behind the newest base backup a part of the log is missing: no later moment can be "
            "restored.",
            comes_from="A file was deleted, or archiving was switched off for a while.",
            look="heliograph archive verify",
            remedy="Take a base backup now: `heliograph archive base`. From it on all is whole again.",
        ),
        rule(
            "restore-failed",
            above("backup_failed_trials", 0),
            CRITICAL,
            "backup-trial",
            title="The archive does not restore",
            says="The last trial restored the newest backup into a server of its own, and that failed.",
            comes_from="A file of the archive was changed, its log lacks a part, or the passphrase is "
            "another one.",
            look="heliograph archive drill",
            remedy="Take a base backup, try again, and look at the disk of the archive if it fails still.",
        ),
        rule(
            "restore-untried",
            above("backup_trial_age_seconds", 15 * 86_400),
            WARNING,
            "backup-trial",
            title="It was not tried for two weeks whether the archive restores",
            says="No trial went well for two weeks; nobody knows whether the backups are any good.",
            comes_from="The timer does not run.",
            look="systemctl status heliograph-restore-drill.timer",
            remedy="`heliograph archive drill` tries it now.",
        ),
        rule(
            "backup-not-copied",
            above("backup_failed_copies", 2),
            WARNING,
            "backup-copy",
            title="Backups are not copied elsewhere",
            says="Copying the archive elsewhere failed three times in a row: a fire would take both.",
            comes_from="The other place does not answer, refuses the key, or is full.",
            look="heliograph archive copy",
            remedy="`heliograph archive copy` says what is wrong; HELIOGRAPH_BACKUPS_ELSEWHERE names the "
            "place.",
        ),
    ]
)
