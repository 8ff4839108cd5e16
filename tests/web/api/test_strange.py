"""Strange values for every parameter of every read: each is answered or refused, and none breaks anything."""

from urllib.parse import quote

from tests.web.api.test_description import QUERIES, READS, described, ids

__all__ = ["described", "ids"]
STRANGE = ("", "-1", "1e400", "nan", "é'\"%*", "\x1f", "9" * 30, "2299-12-31T23:59:59.999999Z")
# The same in every list, so that one list is enough.
SHARED = ("limit", "cursor", "fields", "format")


def test_strange_values_are_answered_or_refused(client, described, ids):
    wrong = []
    for path in READS:
        needed = QUERIES.get(path, "").split("&")
        for told in described["paths"][path]["get"]["parameters"]:
            if told["in"] != "query" or (told["name"] in SHARED and path != "/api/v1/outcomes"):
                continue
            others = "&".join(part for part in needed if not part.startswith(f"{told['name']}="))
            for value in STRANGE:
                answer = client.get(f"{path}?{others}&{told['name']}={quote(value)}".format(**ids))
                if answer.status_code not in (200, 404, 422):
                    wrong.append((path, told["name"], value, answer.status_code))
    assert wrong == []
