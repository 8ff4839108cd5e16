"""Settings are read with types, and what is wrong with one is said in a sentence."""

import pytest

from heliograph.kit.env import Environment
from heliograph.kit.errors import BadSetting


@pytest.mark.parametrize(
    ("url", "described"),
    [
        (
            "postgres://ann:p%40ss@db.example:5433/prices?sslmode=require",
            ("prices", "ann", "p@ss", "db.example", "5433", {"sslmode": "require"}),
        ),
        (
            "postgresql://heliograph@/heliograph?host=/run/x",
            ("heliograph", "heliograph", "", "/run/x", "", {}),
        ),
        ("postgres:///heliograph", ("heliograph", "", "", "", "", {})),
    ],
)
def test_a_database_url_becomes_what_django_wants(url, described):
    found = Environment({"DATABASE_URL": url}).postgres("DATABASE_URL")

    keys = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    assert tuple(found[key] for key in keys) == described


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda env: env.text("ABSENT"), "ABSENT is not set."),
        (lambda env: env.flag("WORD", default=True), "WORD is 'maybe'; use 1 or 0."),
        (lambda env: env.number("WORD", default=1), "WORD is 'maybe', not a whole number."),
        (
            lambda env: env.postgres("WORD"),
            "WORD does not look like postgres://user:password@host:port/name.",
        ),
        (
            lambda env: env.secret("ABSENT"),
            "ABSENT is not set; set it, or ABSENT_FILE to a file that holds it.",
        ),
        (
            lambda env: env.secret("LOST"),
            "LOST_FILE: /nowhere/key cannot be read (No such file or directory).",
        ),
    ],
)
def test_what_is_wrong_with_a_setting_is_one_sentence(read, sentence):
    with pytest.raises(BadSetting) as refused:
        read(Environment({"WORD": "maybe", "LOST_FILE": "/nowhere/key"}))

    assert str(refused.value) == sentence


def test_values_are_typed():
    env = Environment({"YES": "on", "NO": "0", "SEVEN": "7", "HOSTS": "a, b,,c"})

    assert (env.flag("YES", default=False), env.flag("NO", default=True)) == (True, False)
    assert (env.number("SEVEN", default=1), env.number("ABSENT", default=3)) == (7, 3)
    assert (env.names("HOSTS"), env.text("ABSENT", default="x")) == (["a", "b", "c"], "x")


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "key").write_text("hush\n")

    assert Environment({"KEY_FILE": str(tmp_path / "key")}).secret("KEY") == "hush"


def test_an_empty_secret_file_is_refused(tmp_path):
    (tmp_path / "key").touch()

    with pytest.raises(BadSetting, match="is empty"):
        Environment({"KEY_FILE": str(tmp_path / "key")}).secret("KEY")
