"""The page of all shipped rules, written from what they are."""

from heliograph.monitor.alerts.models import Rule
from heliograph.monitor.alerts.sentences import holds_if
from heliograph.monitor.alerts.shipped import SHIPPED
from heliograph.monitor.alerts.terms import Terms

HEAD = """# What alerts mean, and what to do

Written by `make docs` from the rules that come with Heliograph; each notice of an incident names its rule.
How rules, incidents, silences and the dead-man's switch work: [Alerts](../concepts/alerts.md).
`heliograph alert change NAME` changes a rule, `heliograph alert disable NAME` switches it off; what you
change stays yours.

"""


def alerts_reference() -> str:
    """The page: a table, then a section for each rule, whose anchor is its name."""
    rows = [
        f"| [{name}](#{name}) | {terms.severity} | {terms.title} |" for name, terms in sorted(SHIPPED.items())
    ]
    table = "\n".join(["| rule | severity | what |", "|---|---|---|", *rows])
    return f"{HEAD}{table}\n" + "".join(_section(name, SHIPPED[name]) for name in sorted(SHIPPED))


def _section(name: str, terms: Terms) -> str:
    rule = Rule(name=name, **terms.columns())
    facts = [
        f"Holds if `{holds_if(rule)}` for {terms.for_seconds} s; it is over when it was well for "
        f"{terms.clear_seconds} s. Severity: {terms.severity}.",
        f"Follows from: {', '.join(f'[{one}](#{one})' for one in terms.follows)}." if terms.follows else "",
        f"Nobody acknowledges it within {terms.escalate_minutes} minutes: it is escalated."
        if terms.escalate_minutes
        else "",
    ]
    parts = [
        f"\n## {name}\n\n**{terms.title}.** {terms.says}\n",
        " ".join(one for one in facts if one) + "\n",
        f"*Mostly:* {terms.comes_from}\n",
        f"*How to look:* `{terms.look}`\n",
        f"*What to do:* {terms.remedy}\n",
    ]
    return "\n".join(parts)
