"""Keys and values are found where they stand in the file."""

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.engine.strategy.places import Places, line_and_column

TEXT = r'''
top = 1 # "not = this"
"quoted key" . 'other' = { a = "x", b = [1, "t\u0041b"] }
[table . inner]
list = [ # comment ]
  'first',
  """
second \
   line""",
]
[[many]]
x = 1
[[many]]
x = 2024-01-01 00:00:00
'''


def test_every_key_and_element_has_its_place():
    places = Places(TEXT).walk()

    assert {path: line_and_column(TEXT, place.value) for path, place in places.items()} == {
        ("top",): (2, 7),
        ("quoted key", "other"): (3, 26),
        ("quoted key", "other", "a"): (3, 32),
        ("quoted key", "other", "b"): (3, 41),
        ("quoted key", "other", "b", 0): (3, 42),
        ("quoted key", "other", "b", 1): (3, 45),
        ("table", "inner"): (4, 1),
        ("table", "inner", "list"): (5, 8),
        ("table", "inner", "list", 0): (6, 3),
        ("table", "inner", "list", 1): (7, 3),
        ("many", 0): (11, 1),
        ("many", 0, "x"): (12, 5),
        ("many", 1): (13, 1),
        ("many", 1, "x"): (14, 5),
    }


def test_each_character_of_a_string_is_found_also_behind_escapes_and_continued_lines():
    places = Places(TEXT).walk()

    escaped = places["quoted key", "other", "b", 1].letters
    assert [TEXT[at] for at in escaped] == ["t", "\\", "b", '"']
    continued = places["table", "inner", "list", 1].letters
    assert "".join(TEXT[at] for at in continued) == 'second line"'


STYLES = {
    '"': st.text(st.characters(exclude_characters='"\\', exclude_categories=["C"])),
    "'": st.text(st.characters(exclude_characters="'", exclude_categories=["C"])),
    '"""': st.text(st.sampled_from("ab \n'\"é")),
    "'''": st.text(st.sampled_from("ab \n'\"é\\")),
}


@settings(max_examples=300)
@given(st.sampled_from(sorted(STYLES)).flatmap(lambda quote: st.tuples(st.just(quote), STYLES[quote])))
def test_plain_strings_of_every_style_map_to_themselves(case):
    quote, words = case
    text = f"key = {quote}{words}{quote} # end\nafter = 1\n"
    try:
        value = tomllib.loads(text)["key"]
    except tomllib.TOMLDecodeError:
        return

    places = Places(text).walk()

    assert "".join(text[at] for at in places["key",].letters[:-1]) == value
    assert text[places["after",].key :] == "after = 1\n"
