"""Every key and table that a strategy may have is explained."""

from heliograph.engine.strategy import BadStrategy, Strategy
from heliograph.engine.strategy.keys import PARAM_KEYS, TABLES, VALUES
from heliograph.engine.strategy.reference import CHOICES, KEYS, SECTIONS

HEAD = 'name = "x"\n'


def test_every_key_has_a_sentence():
    wanted = {"": set(VALUES), "param": set(PARAM_KEYS)} | {name: set(keys) for name, keys in TABLES.items()}

    assert {section: set(keys) for section, keys in KEYS.items()} == wanted
    assert set(SECTIONS) == {*TABLES, "params"}
    assert [says for keys in (*KEYS.values(), SECTIONS) for says in keys.values() if says[-1:] != "."] == []


def test_the_words_to_choose_from_are_those_that_are_taken():
    homes = {key: section for section, keys in KEYS.items() for key in keys}
    for key, words in CHOICES.items():
        section = f"[{homes[key]}]\n" if homes[key] else ""
        try:
            Strategy.parse(f'{HEAD}{section}{key} = "nothing"\n')
        except BadStrategy as fault:
            (said,) = [one.message for one in fault.findings if f"`{key}` must be one of" in one.message]
        listed = ", ".join(f'"{word}"' for word in words)
        assert f"`{key}` must be one of {listed}, not" in said
