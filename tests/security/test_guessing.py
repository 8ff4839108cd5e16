"""Guesses at the sign-in, from many addresses and at many names: few of them are even looked at.

In CI a few hundred, since each takes ten milliseconds; with GUESSES=10000 in the environment the whole of it.
"""

import os
import random

import pytest
from django.contrib.auth.hashers import BasePasswordHasher
from django.test import Client

from heliograph.accounts.people import add_person
from heliograph.kit.clock import utc_now

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
PASSWORD = "nine plain words"
GUESSES, NAMES, ADDRESSES = int(os.environ.get("GUESSES", "400")), 10, 500
# What decision 0021 promises within ten minutes: for each name, and for each address.
FOR_A_NAME, MINUTES = 5, 10


class Counting(BasePasswordHasher):
    """Counts how often a password was compared with a hash; each hash is the password itself."""

    algorithm = "counting"
    compared = 0

    def encode(self, password, salt):
        return f"counting$1${password}"

    def verify(self, password, encoded):
        type(self).compared += 1
        return encoded == self.encode(password, "")

    def decode(self, encoded):
        return {"algorithm": "counting", "hash": encoded, "salt": "", "iterations": 1}

    def must_update(self, encoded):
        return False

    def harden_runtime(self, password, encoded):
        """Nothing to be done."""


@pytest.fixture
def people(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    Counting.compared = 0
    return [add_person(f"Ann {n}", role="admin", at=utc_now(), password=PASSWORD) for n in range(NAMES)]


def test_of_all_guesses_few_reach_a_password(people, settings):
    dice, began = random.Random(7), utc_now()
    let_in, client = 0, Client()
    for _ in range(GUESSES):
        address = f"198.51.{dice.randrange(ADDRESSES) // 250}.{dice.randrange(250)}"
        guess = {"login": f"ann {dice.randrange(NAMES)}", "password": f"guess {dice.random()}"}
        client.defaults["REMOTE_ADDR"] = address
        let_in += client.post(LOGIN, guess).status_code == 302
    assert let_in == 0
    # All of them take minutes, after which a name may be tried anew.
    windows = 1 + int((utc_now() - began).total_seconds() // (MINUTES * 60))
    assert 0 < Counting.compared <= windows * NAMES * FOR_A_NAME
