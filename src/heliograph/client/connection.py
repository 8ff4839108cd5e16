"""Requests to the API: with the token, tried again where that can help, their answers read into types."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

import msgspec
import urllib3
from urllib3.filepost import encode_multipart_formdata

from heliograph.client.problem import NoAnswer, Problem

T = TypeVar("T")
Query = Mapping[str, object]
Files = Sequence[str | Path]
ROOT = "/api/v1"
# Too many requests, or a database that is being started: the same request succeeds a little later.
PASSING = (429, 503)
TRIES = 4
LONGEST_WAIT = 60.0
PIECE = 1 << 16


class Answered(msgspec.Struct, frozen=True):
    """An error as the API words it."""

    title: str = "No sentence came with it"
    detail: str = ""


class Connection:
    """The address, the token, and the connections that are kept open; several threads may share one."""

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 30.0) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "heliograph-client"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout = timeout
        self._pool = urllib3.PoolManager(maxsize=8, retries=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is kept open."""
        self._pool.clear()

    def get(self, path: str, query: Query, kind: type[T]) -> T:
        """What a GET gives. Problem where the API refuses, NoAnswer where nobody answers."""
        return self._read(self._send("GET", path, query), kind)

    def file(self, path: str, query: Query) -> bytes:
        """A file that a GET gives, such as a picture."""
        return self._send("GET", path, query)

    def write(self, method: str, path: str, body: object, kind: type[T], query: Query | None = None) -> T:
        """What a write gives. It carries a key by which the API knows it again: tried twice, done once."""
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        sent = msgspec.json.encode(body) if body is not None else None
        return self._read(self._send(method, path, query or {}, headers=headers, body=sent), kind)

    def upload(self, path: str, files: Files, form: Query, kind: type[T]) -> T:
        """What a form with files gives; they are read whole. It is done once, however often it is tried."""
        fields: list[tuple[str, str | tuple[str, bytes]]] = [
            (name, _written(value)) for name, value in form.items() if value is not None
        ]
        fields += [("files", (Path(file).name, Path(file).read_bytes())) for file in files]
        body, content_type = encode_multipart_formdata(fields)
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": content_type}
        return self._read(self._send("POST", path, {}, headers=headers, body=body), kind)

    @contextmanager
    def stream(self, path: str, query: Query, headers: Mapping[str, str]) -> Iterator[Iterator[bytes]]:
        """The bytes of a long answer as they come."""
        answer = self._once("GET", self._address(path, query), headers=headers, preload=False)
        try:
            if answer.status != 200:
                raise _problem(answer.status, answer.data, answer.headers)
            yield self._pieces(answer)
        finally:
            # Closed first: what was not read must not be the beginning of the next answer.
            answer.close()
            answer.release_conn()

    def _send(
        self,
        method: str,
        path: str,
        query: Query,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> bytes:
        address = self._address(path, query)
        for tried in range(1, TRIES + 1):
            is_last = tried == TRIES
            try:
                answer = self._once(method, address, headers=headers or {}, body=body)
            except NoAnswer:
                if is_last:
                    raise
                time.sleep(0.2 * 2**tried)
                continue
            if answer.status < 300:
                return answer.data
            problem = _problem(answer.status, answer.data, answer.headers)
            if is_last or answer.status not in PASSING:
                raise problem
            time.sleep(min(problem.retry_after or 0.2 * 2**tried, LONGEST_WAIT))
        raise AssertionError("the last try returns or raises")

    def _once(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        preload: bool = True,
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method,
                address,
                headers={**self._headers, **headers},
                body=body,
                timeout=self._timeout,
                redirect=False,
                preload_content=preload,
            )
        except urllib3.exceptions.HTTPError as fault:
            raise NoAnswer(self._url, str(fault)) from fault

    def _pieces(self, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            # What has come is given at once: events are far shorter than a piece.
            while piece := answer.read1(PIECE):
                yield piece
        except urllib3.exceptions.HTTPError as fault:
            raise NoAnswer(self._url, str(fault)) from fault

    def _address(self, path: str, query: Query) -> str:
        asked = urlencode([(name, _written(one)) for name, value in query.items() for one in _each(value)])
        return f"{self._url}{ROOT}{path}{'?' if asked else ''}{asked}"

    def _read(self, body: bytes, kind: type[T]) -> T:
        if kind is type(None):
            return None
        return msgspec.json.decode(body, type=kind)


def in_path(value: object) -> str:
    """A value as a part of a path."""
    return quote(_written(value), safe="")


def _each(value: object) -> Sequence[object]:
    """What is asked under one name: nothing, one value, or several."""
    if value is None:
        return ()
    return value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _problem(status: int, body: bytes, headers: Mapping[str, str]) -> Problem:
    try:
        told = msgspec.json.decode(body, type=Answered)
    except msgspec.DecodeError:
        told = Answered(detail=body[:200].decode(errors="replace"))
    after = headers.get("Retry-After", "")
    return Problem(status, told.title, told.detail, retry_after=float(after) if after.isdecimal() else None)
