"""When a rule holds, in words."""

from heliograph.monitor.alerts.conditions import number
from heliograph.monitor.alerts.models import Rule


def holds_if(rule: Rule) -> str:
    """`redis_up is below 1`."""
    of = "".join(f" of {name} {pattern}" for name, pattern in rule.labels.items())
    name, options = f"{rule.measure}{of}", rule.options
    if rule.kind == Rule.Kind.ABSENCE:
        return f"{name} is not known"
    if rule.kind == Rule.Kind.ANOMALY:
        side = "away from" if options["side"] == "both" else options["side"]
        return f"{name} is far {side} what it was at this hour of {options['days']} days"
    side = "above" if "above" in options else "below"
    if rule.kind == Rule.Kind.BURN:
        return f"too many minutes have {name} {side} {number(options[side])}"
    return f"{name} is {side} {number(options[side])}"
