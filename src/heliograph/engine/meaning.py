"""What a node means, whichever way it was written: by it two expressions are held against each other."""

import hashlib
from dataclasses import dataclass, field

from heliograph.engine.graph import Node

# Of these the order of the two arguments does not count.
EITHER_WAY = {"add", "mul", "eq", "ne"}
# Of these nor does the bracketing, or saying one thing twice.
JOINING = {"and", "or"}
MIRRORED = {"gt": "lt", "ge": "le", "crosses_below": "crosses_above"}
MOST_NUMBERS = 40


@dataclass(frozen=True, slots=True)
class Meaning:
    """`exact` is the same for nodes that always have the same value; `shape` also where numbers differ.

    `numbers` are those that the shape leaves out, the first forty, in an order that the shape gives.
    """

    exact: bytes
    shape: bytes
    numbers: tuple[int | float, ...]


@dataclass(slots=True)
class Meanings:
    """The meanings of nodes, each found once."""

    _known: dict[int, Meaning] = field(default_factory=dict)

    def of(self, node: Node) -> Meaning:
        """The meaning of a node; all that are asked of one object are nodes of one graph."""
        if node.id not in self._known:
            self._known[node.id] = self._found(node)
        return self._known[node.id]

    def _found(self, node: Node) -> Meaning:
        op, args = node.op, [self.of(arg) for arg in node.args]
        if op in JOINING:
            args = list({one.exact: one for one in self._joined(node, op)}.values())
        if op in MIRRORED:
            op, args = MIRRORED[op], [args[1], args[0], *args[2:]]
        elif op in EITHER_WAY or op in JOINING:
            args.sort(key=lambda one: (one.shape, one.exact))
        numbers = tuple(node.params)
        said = (op, node.domain, len(numbers))
        return Meaning(
            exact=_digest(repr((*said, [repr(number) for number in numbers])), [one.exact for one in args]),
            shape=_digest(repr(said), [one.shape for one in args]),
            numbers=(*numbers, *(number for one in args for number in one.numbers))[:MOST_NUMBERS],
        )

    def _joined(self, node: Node, op: str) -> list[Meaning]:
        """The meanings of all that stand beside each other in a row of one word."""
        found, waiting = [], list(node.args)
        while waiting:
            arg = waiting.pop()
            if arg.op == op:
                waiting.extend(arg.args)
            else:
                found.append(self.of(arg))
        return found


def _digest(said: str, args: list[bytes]) -> bytes:
    return hashlib.blake2b(b"".join([said.encode(), b"|", *args]), digest_size=16).digest()
