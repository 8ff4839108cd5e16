"""Whether a series of an exchange is watched, asked without Django: the supervisor is to stay small."""

import psycopg

ANY = "SELECT EXISTS (SELECT FROM market_watch WHERE NOT paused)"


def any_watch(database_url: str) -> bool | None:
    """True if one is; None if the database does not answer."""
    try:
        with psycopg.connect(database_url, connect_timeout=5) as connection:
            row = connection.execute(ANY).fetchone()
    except psycopg.OperationalError:
        return None
    return bool(row and row[0])
