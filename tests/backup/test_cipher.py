"""What a passphrase seals opens with it alone, and shows every change."""

import io

import pytest

from heliograph.backup.cipher import CHUNK, TAG, Opened, Sealed, is_sealed
from heliograph.backup.errors import BadBackup, BadPassphrase

WHOLE = bytes(range(256)) * (10 * CHUNK // 1024)
HEAD = 200


@pytest.fixture(scope="module")
def sealed():
    """Two and a half chunks."""
    target = io.BytesIO()
    file = Sealed(target, "correct horse")
    for start in range(0, len(WHOLE), 700_001):
        file.write(WHOLE[start : start + 700_001])
    file.finish()
    return target.getvalue()


def opened(data, passphrase="correct horse"):
    return Opened(io.BytesIO(data), passphrase, name="a.backup").read()


def test_it_opens_with_its_passphrase_alone_and_shows_nothing_of_what_is_inside(sealed):
    assert is_sealed(sealed)
    assert opened(sealed) == WHOLE
    assert WHOLE[:64] not in sealed
    with pytest.raises(BadPassphrase, match="does not open"):
        opened(sealed, "Correct horse")


def test_it_is_read_in_pieces_of_any_size(sealed):
    file = Opened(io.BytesIO(sealed), "correct horse", name="a.backup")
    pieces = [file.read(size) for size in (0, 1, CHUNK, 3, 2 * CHUNK)]
    assert b"".join([*pieces, file.read()]) == WHOLE
    assert file.read(1) == b""


def test_chunks_that_are_changed_missing_swapped_or_cut_off_are_noticed(sealed):
    begin = sealed.index(b"\n") + 1
    first, second, last = (sealed[begin + n * (CHUNK + TAG) :][: CHUNK + TAG] for n in range(3))
    head = sealed[:begin]
    turned = bytes([second[9] ^ 1])
    for harmed in (
        head + first + second[:9] + turned + second[10:] + last,
        head + first + last,
        head + first + second,
        head + first + last + second,
        head + first + second + last[:-1],
        head + first,
    ):
        with pytest.raises((BadBackup, BadPassphrase)):
            opened(harmed)


def test_a_first_line_that_would_take_all_memory_is_refused(sealed):
    with pytest.raises(BadBackup, match="first line"):
        opened(sealed.replace(b'"n": 32768', b'"n": 1073741824', 1))
