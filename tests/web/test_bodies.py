import asyncio
import json

from heliograph.web.bodies import BodyLimit


async def echo(scope, receive, send):
    """Reads the whole body and says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"%d" % length})


def ask(path, *pieces, told=None):
    """The status and the body of the answer to a request that comes in these pieces."""
    limit = BodyLimit(echo, most=100, upload_paths=("/upload",), uploads=1000)
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    sent, read = [], []

    async def receive():
        read.append(waiting[len(read)])
        return read[-1]

    async def send(message):
        sent.append(message)

    headers = [] if told is None else [(b"content-length", str(told).encode())]
    asyncio.run(limit({"type": "http", "path": path, "headers": headers}, receive, send))
    return sent[0]["status"], sent[1]["body"], len(read)


def test_small_bodies_pass():
    assert ask("/x", b"a" * 60, b"b" * 40) == (200, b"100", 2)
    assert ask("/upload", b"a" * 1000, told=1000) == (200, b"1000", 1)


def test_what_says_that_it_is_too_large_is_refused_unread():
    status, body, read = ask("/x", b"a" * 101, told=101)

    assert (status, read) == (413, 0)
    assert b"MiB" in body


def test_the_api_refuses_by_a_problem_document():
    status, body, _ = ask("/api/v1/imports", told=101)

    told = json.loads(body)
    assert (status, told["status"]) == (413, 413)
    assert "MiB" in told["detail"]


def test_what_turns_out_too_large_is_refused_while_it_comes():
    assert ask("/x", *[b"a" * 60] * 5)[::2] == (413, 2)
    assert ask("/upload", *[b"a" * 600] * 5)[::2] == (413, 2)
