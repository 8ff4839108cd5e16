"""Health on the command line."""

import pytest

from heliograph.cli.output import number

pytestmark = pytest.mark.django_db


def test_a_part_of_which_nothing_is_known_says_why(heliograph):
    told = heliograph("health").out

    line = next(line for line in told.splitlines() if line.split()[:1] == ["web"])
    assert line.split(maxsplit=3)[1:] == ["unknown", "–", "too little was asked in the last five minutes"]


@pytest.mark.parametrize(("value", "sign", "told"), [(-0.001, False, "0.00"), (-0.01, False, "-0.01")])
def test_what_rounds_to_zero_has_no_minus(value, sign, told):
    assert number(value, 2, sign=sign) == told
