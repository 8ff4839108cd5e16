"""Jobs, work and notices that are about a strategy say so: what is hidden from a listener is not sent to them."""

import importlib

from django.db import migrations

heard = importlib.import_module("heliograph.web.stream.migrations.0002_what_is_heard")
UNNAMED = "NULL, '', '',"
# A backtest is named before its row is there: `NAME on VENUE`.
OF_JOB = """(SELECT id, name FROM signals_strategy
    WHERE NEW.kind = 'backtest' AND starts_with(NEW.title, name || ' on ') ORDER BY length(name) DESC LIMIT 1)"""
OF_WORK = """(SELECT t.id, t.name FROM signals_progress p
    JOIN signals_strategyversion v ON v.id = p.version_id JOIN signals_strategy t ON t.id = v.strategy_id
    WHERE NEW.key ~ '^shard:[0-9]{1,18}$' AND p.id = substring(NEW.key FROM 7)::bigint)"""
OF_NOTICE = "(SELECT id, name FROM signals_strategy WHERE name = NEW.payload ->> 'strategy')"


def again(name: str, found: str) -> str:
    """A function of the migration before, which now names the strategy."""
    text = next(one for one in heard.FUNCTIONS if one.startswith(f"CREATE FUNCTION {name}()"))
    assert text.count(UNNAMED) == text.count("clock_timestamp();") == 1
    text = text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
    text = text.replace(UNNAMED, "whose.id, coalesce(whose.name, ''), '',")
    return text.replace(
        "clock_timestamp();", f"clock_timestamp() FROM (SELECT) one LEFT JOIN {found} whose ON true;", 1
    )


def before(name: str) -> str:
    text = next(one for one in heard.FUNCTIONS if one.startswith(f"CREATE FUNCTION {name}()"))
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


CHANGED = {"stream_jobs": OF_JOB, "stream_work": OF_WORK, "stream_notices": OF_NOTICE}


class Migration(migrations.Migration):
    dependencies = [("stream", "0002_what_is_heard"), ("signals", "0005_revisions_that_run_on")]

    operations = [
        migrations.RunSQL(
            "\n".join(again(name, found) for name, found in CHANGED.items()),
            "\n".join(before(name) for name in CHANGED),
        )
    ]
