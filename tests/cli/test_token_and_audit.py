"""Tokens by the command line, and the audit trail: whole, and noticed where it is not."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection

from heliograph.accounts.audit import Actor, record
from heliograph.accounts.models import ApiToken, AuditEntry, Person
from heliograph.accounts.people import role_of
from heliograph.cli.exits import Exit
from tests.cli.conftest import refused

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
FINAL = "audit_entry_is_final"


def write_three():
    """Three entries, oldest first."""
    return [record(Actor("ann"), f"desk.{verb}", verb, {"n": n}, at=AT) for n, verb in enumerate("abc")]


def behind_its_back(statement, *values):
    """Change rows as somebody could who owns the database."""
    with connection.cursor() as cursor:
        # What a test wrote in this transaction is checked now, since no table is altered with checks due.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE accounts_auditentry DISABLE TRIGGER {FINAL}")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE accounts_auditentry ENABLE TRIGGER {FINAL}")


def verdict(heliograph, *words):
    answer = heliograph("audit", "verify", "--json", *words)
    return answer.code, json.loads(answer.out)


def test_the_first_token_makes_the_owner(heliograph):
    answer = heliograph("token", "add", "bot", "--scope", "read")

    assert answer.code == 0
    token = ApiToken.objects.get()
    assert answer.out == f"{answer.out.strip()}\n"
    assert answer.out.startswith(f"hg_{token.prefix}_")
    assert (token.person.name, role_of(token.person), token.scope) == ("owner", "admin", "read")
    assert answer.out.strip() not in str(ApiToken.objects.values().get())
    assert "shown this once" in answer.err


def test_a_second_token_is_of_the_same_owner(heliograph):
    for name in ("one", "two"):
        heliograph("token", "add", name, "--scope", "admin")
    assert Person.objects.count() == 1


def test_a_token_as_json_has_its_secret_once(heliograph):
    made = json.loads(heliograph("token", "add", "bot", "--scope", "write", "--expires", "90d", "--json").out)
    listed = json.loads(heliograph("token", "list", "--json").out)["items"]

    assert made.pop("secret").startswith(made["token"].removesuffix("…"))
    assert listed == [made]
    days = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert days.days == 90


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--scope", "read", "--person", "zoe"], "nobody named 'zoe'"),
        (["--scope", "read", "--expires", "2001-01-01"], "must expire in the future"),
        (["--scope", "read", "--expires", "soon"], "--expires takes a date"),
        (["--scope", "all"], "'all' is not one of"),
    ],
)
def test_a_token_that_cannot_be_is_refused(heliograph, words, sentence):
    assert sentence in refused(heliograph("token", "add", "bot", *words))
    assert not ApiToken.objects.exists()


def test_two_living_tokens_of_one_name_are_refused_and_a_revoked_name_is_free(heliograph):
    heliograph("token", "add", "bot", "--scope", "read")
    assert "has a token named 'bot' already" in refused(heliograph("token", "add", "bot", "--scope", "read"))
    assert heliograph("token", "revoke", "bot").code == 0
    assert heliograph("token", "add", "bot", "--scope", "read").code == 0
    assert "No token is named 'cat'" in refused(heliograph("token", "revoke", "cat"))


def test_what_commands_change_is_in_the_trail(heliograph, tmp_path):
    heliograph("token", "add", "bot", "--scope", "read")
    heliograph("token", "revoke", "bot")
    heliograph("channel", "add", "desk", "--kind", "log")
    heliograph("channel", "add", "desk", "--kind", "log")  # there is one already: nothing was changed

    told = list(AuditEntry.objects.order_by("pk").values_list("action", "subject"))
    assert told == [("token.add", "bot"), ("token.revoke", "bot"), ("channel.add", "desk")]
    assert all(one.actor.startswith("command line: ") for one in AuditEntry.objects.all())


def test_the_trail_is_listed_newest_first_and_narrowed(heliograph):
    write_three()
    record(Actor("ben"), "strategy.add", "Trend v1", at=AT)

    def subjects(*words):
        listed = json.loads(heliograph("audit", "list", "--json", *words).out)["items"]
        return [one["subject"] for one in listed]

    assert subjects() == ["Trend v1", "c", "b", "a"]
    assert subjects("--limit", "1") == ["Trend v1"]
    assert subjects("--actor", "ann", "--action", "desk.b") == ["b"]
    assert subjects("--action", "desk.") == ["c", "b", "a"]
    assert subjects("--since", "2026-01-03") == []


def test_a_whole_trail_is_whole(heliograph):
    assert verdict(heliograph) == (
        0,
        {"whole": True, "entries": 0, "head": None, "broken": None, "fault": None},
    )
    *_, last = write_three()
    assert verdict(heliograph) == (
        0,
        {"whole": True, "entries": 3, "head": last.digest, "broken": None, "fault": None},
    )


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'somebody else'",
        "action = 'desk.z'",
        "subject = ''",
        "details = '{}'",
        "at = at + interval '1 microsecond'",
    ],
)
def test_an_entry_that_was_altered_is_named(heliograph, change):
    _, second, _ = write_three()
    behind_its_back(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", second.pk)

    code, told = verdict(heliograph)
    assert code == Exit.UNHEALTHY == 4
    assert (told["whole"], told["entries"], told["broken"]) == (False, 1, second.pk)
    assert f"Entry {second.pk}" in told["fault"]


def test_an_entry_altered_together_with_its_digest_breaks_the_next(heliograph):
    _, second, third = write_three()
    from heliograph.accounts.audit import digest_of

    second.subject = "never"
    behind_its_back(
        "UPDATE accounts_auditentry SET subject = 'never', digest = %s WHERE id = %s",
        digest_of(second),
        second.pk,
    )
    code, told = verdict(heliograph)
    assert (code, told["broken"]) == (4, third.pk)


@pytest.mark.parametrize(("place", "broken"), [(0, 1), (1, 2)])
def test_an_entry_that_was_removed_is_missed(heliograph, place, broken):
    written = write_three()
    behind_its_back("DELETE FROM accounts_auditentry WHERE id = %s", written[place].pk)

    code, told = verdict(heliograph)
    assert (code, told["broken"]) == (4, written[broken].pk)


def test_an_end_that_was_cut_off_is_missed_by_who_kept_the_head(heliograph):
    *_, last = write_three()
    head = verdict(heliograph)[1]["head"]
    assert head == last.digest
    record(Actor("ann"), "desk.d", at=AT)
    assert verdict(heliograph, "--expect", head)[0] == 0
    behind_its_back("DELETE FROM accounts_auditentry WHERE id >= %s", last.pk)

    code, told = verdict(heliograph, "--expect", head)
    assert (code, told["whole"], told["entries"]) == (4, False, 2)
    assert "cut off" in told["fault"]


@pytest.mark.parametrize(
    "act", ["UPDATE accounts_auditentry SET actor = ''", "DELETE FROM accounts_auditentry"]
)
def test_the_database_refuses_to_rewrite_the_trail(act):
    from django.db import IntegrityError, transaction

    write_three()
    said = pytest.raises(IntegrityError, match="the audit trail is final")
    with said, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format("accounts_auditentry"))


def test_words_that_no_row_can_hold_do_not_break_the_chain(heliograph):
    record(Actor("a\x00b\ud800"), "x", "y\x00", {"n\x00": 1.5, "deep": [{"t": AT}, None, True]}, at=AT)
    assert verdict(heliograph)[1]["whole"]
    entry = AuditEntry.objects.get()
    assert entry.details == {"n": "1.5", "deep": [{"t": str(AT)}, None, True]}
