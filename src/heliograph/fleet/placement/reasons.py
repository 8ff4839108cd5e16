"""Why work leaves a node, in a sentence."""

from datetime import datetime

from heliograph.fleet.ejection import is_ejected
from heliograph.fleet.models import Node
from heliograph.fleet.nodes import LOST_AFTER


def why_not(node: Node, *, concern: str, at: datetime) -> str:
    """Why the node gets no work of a concern; empty if it may."""
    if node.left:
        return f"{node.name} left"
    if node.heartbeat_at <= at - LOST_AFTER:
        age = (at - node.heartbeat_at).total_seconds()
        return f"{node.name} is lost: its last heartbeat is {age:,.0f} s old"
    if node.draining:
        return f"{node.name} is draining{': ' if node.reason else ''}{node.reason}"
    if is_ejected(node, at=at) and node.ejected_until:
        return f"{node.name} is ejected until {node.ejected_until:%H:%M:%S} UTC: {node.ejection_reason}"
    if concern not in node.queues:
        return f"{node.name} does not take {concern}"
    return ""
