import pytest
from django.test import Client

from tests.web.people import person_with, signed_in, with_token
from tests.web.world import make_world


@pytest.fixture
def world(db):
    """Signals of all kinds."""
    return make_world()


@pytest.fixture
def client(db):
    """A browser in which an admin is signed in."""
    return signed_in(person_with("admin"))


@pytest.fixture
def nobody():
    """A browser in which nobody is signed in."""
    return Client()


@pytest.fixture
def as_role(db):
    """Gives a browser in which somebody of a role is signed in."""
    return lambda role: signed_in(person_with(role))


@pytest.fixture
def as_token(db):
    """Gives a program that shows a token of a scope, of a person of a role."""
    return with_token
