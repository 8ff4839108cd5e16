"""`@cached`: a function whose results are kept."""

import functools
import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Generic, ParamSpec, TypeVar

from heliograph.kit.cache.cache import Cache
from heliograph.kit.cache.process import cache as own_cache
from heliograph.kit.cache.rule import LEVELS, Rule

P = ParamSpec("P")
R = TypeVar("R")
Words = str | Callable[..., str]


class Cached(Generic[P, R]):
    """A function whose results are kept; `uncached` is the function itself."""

    def __init__(self, uncached: Callable[P, R], *, key: Words, tags: Sequence[Words], rule: Rule) -> None:
        self.uncached = uncached
        self._key = key
        self._tags = tuple(tags)
        # Tags that do not depend on the arguments are put into the rule once.
        fixed = tuple(tag for tag in self._tags if isinstance(tag, str) and "{" not in tag)
        self._are_fixed = len(fixed) == len(self._tags)
        self._rule = replace(rule, tags=fixed)
        self._signature = inspect.signature(uncached)
        self._cache: Callable[[], Cache] = own_cache
        functools.update_wrapper(self, uncached)

    def __call__(self, *args: P.args, **named: P.kwargs) -> R:
        """The result, kept or computed."""
        rule = self._rule
        if not self._are_fixed:
            rule = replace(rule, tags=tuple(self._said(tag, args, named) for tag in self._tags))
        made = functools.partial(self.uncached, *args, **named)
        found: R = self._cache().through(self.key(*args, **named), made, rule)
        return found

    def key(self, *args: P.args, **named: P.kwargs) -> str:
        """The key of these arguments."""
        return self._said(self._key, args, named)

    def forget(self, *args: P.args, **named: P.kwargs) -> None:
        """Remove the result of these arguments."""
        self._cache().forget(self.key(*args, **named))

    def of(self, cache: Cache) -> "Cached[P, R]":
        """The same function, kept in that cache."""
        other = Cached(self.uncached, key=self._key, tags=self._tags, rule=self._rule)
        other._cache = lambda: cache
        return other

    def _said(self, words: Words, args: Any, named: Any) -> str:
        if callable(words):
            return words(*args, **named)
        if "{" not in words:
            return words
        bound = self._signature.bind(*args, **named)
        bound.apply_defaults()
        return words.format(**{name: _plain(value) for name, value in bound.arguments.items()})


def cached(
    *,
    key: Words,
    ttl: float,
    tags: Sequence[Words] = (),
    levels: Sequence[int] = LEVELS,
    stale: float = 0.0,
    negative: float | None = None,
    failures: Sequence[type[Exception]] = (),
) -> Callable[[Callable[P, R]], Cached[P, R]]:
    """Keep what a function returns, as the type that its annotation names.

    `key` and `tags` are words in which `{name}` stands for an argument (`"signals:{venue}"`), or functions
    of the arguments. `ttl`, `stale` and `negative` in seconds: how long a result is fresh at most, how much
    longer it is served while one process refreshes it, and how long None and the `failures` are kept.
    """

    def decorate(function: Callable[P, R]) -> Cached[P, R]:
        kind = typing.get_type_hints(function).get("return", Any)
        rule = Rule(ttl, (), tuple(levels), stale, negative, tuple(failures), kind)
        return Cached(function, key=key, tags=tags, rule=rule)

    return decorate


def _plain(value: object) -> object:
    # A colon within a word must not look like one between words.
    return value.replace("%", "%25").replace(":", "%3A") if isinstance(value, str) else value
