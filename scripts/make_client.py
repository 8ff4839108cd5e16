"""Writes the typed part of the client from the description of the API: `make docs`."""

import keyword
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CLIENT = Path(__file__).parents[1] / "src" / "heliograph" / "client"
MARK = "# Written by scripts/make_client.py from the description of the API; not for hands.\n"
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
# Half an answer has no type, and a file has a method of its own.
UNTYPED = ("fields", "format")
Schema = Mapping[str, Any]


def description() -> Schema:
    """The description of the API, as /api/v1/openapi.json gives it."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
        os.environ.setdefault("DATABASE_URL", "postgres://nobody@/none?host=/none")
        os.environ.setdefault("HELIOGRAPH_SECRET_KEY", "only to read the description")
        django.setup()
    from heliograph.web.api import api

    return api.get_openapi_schema()


def files(api: Schema) -> dict[str, str]:
    """The files of the client that follow from the description, by name."""
    maker = Maker(api)
    operations = maker.operations()
    return {"operations.py": operations, "shapes.py": maker.shapes()}


class Maker:
    """Reads the description; remembers which shapes the operations need."""

    def __init__(self, api: Schema) -> None:
        self._api = api
        self._schemas = api["components"]["schemas"]
        self._needed: set[str] = set()
        self._parts: dict[str, str] = {}

    def operations(self) -> str:
        """`operations.py`: a method for each operation, its query as a TypedDict."""
        methods, filters = [], []
        for path, by_method in sorted(self._api["paths"].items()):
            for method, operation in by_method.items():
                # The stream of events has a method of its own, written by hand.
                if "text/event-stream" in str(operation["responses"].get("200", "")):
                    continue
                made = Operation(self, path.removeprefix("/api/v1"), method, operation)
                methods.append(made.method())
                filters += made.arguments()
        imports = "\n".join(f"    {name}," for name in sorted(map(named, self._needed)))
        head = (
            f'"""Every operation of the API as a method."""\n{MARK}\n'
            "from collections.abc import Mapping, Sequence\nfrom datetime import date, datetime\n"
            "from typing import Any, Literal, Required, TypedDict, Unpack\n\n"
            "from heliograph.client.connection import Connection, Files, in_path\n"
            "from heliograph.client.pages import Pages\n"
            f"from heliograph.client.shapes import (\n{imports}\n)\n\n"
        )
        body = (
            "class Operations:\n"
            '    """What can be asked of a Heliograph."""\n\n'
            "    def __init__(self, connection: Connection) -> None:\n"
            "        self._connection = connection\n\n"
        )
        parts = [self._parts[name] for name in sorted(self._parts)]
        return tidy("\n\n".join([head, *parts, *filters, body]) + "\n".join(methods), "operations.py")

    def shapes(self) -> str:
        """`shapes.py`: what answers and bodies are made of, each after those that it is made of."""
        done: list[str] = []
        for name in sorted(self._needed):
            self._with_parts(name, done, ())
        head = (
            f'"""What the answers of the API hold."""\n{MARK}\nfrom __future__ import annotations\n\n'
            "from datetime import date, datetime\nfrom typing import Any, Literal\n\n"
            "from msgspec import Struct, field\n\n\n"
        )
        return tidy(head + "\n\n".join(self._shape(name) for name in done), "shapes.py")

    def type_of(self, schema: Schema, *, is_sent: bool = False) -> str:
        """A schema as Python writes its type. What is sent is a dict, so that defaults stay the server's."""
        if "$ref" in schema:
            name = str(schema["$ref"]).rpartition("/")[2]
            if is_sent:
                return self._sent(name)
            self._needed.add(name)
            return named(name)
        if "anyOf" in schema:
            kinds = (self.type_of(one, is_sent=is_sent) for one in schema["anyOf"])
            return " | ".join(dict.fromkeys(kinds))
        if "const" in schema:
            return f"Literal[{schema['const']!r}]"
        if "enum" in schema:
            return f"Literal[{', '.join(map(repr, schema['enum']))}]"
        kind = schema.get("type")
        if kind == "array":
            inner = self.type_of(schema.get("items", {}), is_sent=is_sent)
            return f"{'Sequence' if is_sent else 'list'}[{inner}]"
        if kind == "object" or "additionalProperties" in schema:
            values = schema.get("additionalProperties") or next(
                iter(schema.get("patternProperties", {}).values()), None
            )
            inner = self.type_of(values, is_sent=is_sent) if isinstance(values, dict) and values else "Any"
            return f"{'Mapping' if is_sent else 'dict'}[str, {inner}]"
        if kind == "string" and schema.get("format") in ("date-time", "date"):
            return "datetime" if schema["format"] == "date-time" else "date"
        return SCALARS.get(str(kind), "Any")

    def typed_dict(self, name: str, told: str, schema: Schema) -> str:
        """A TypedDict with the properties of a schema that is sent."""
        required = set(schema.get("required", ()))
        lines = [f"class {name}(TypedDict, total=False):", documented(told, 4), ""]
        for key, one in schema.get("properties", {}).items():
            kind = self.type_of(one, is_sent=True)
            lines.append(f"    {key}: {f'Required[{kind}]' if key in required else kind}")
        return "\n".join(lines) + "\n"

    def schema_of(self, schema: Schema) -> Schema:
        """What a schema refers to, or itself."""
        if "$ref" not in schema:
            return schema
        found: Schema = self._schemas[str(schema["$ref"]).rpartition("/")[2]]
        return found

    def _sent(self, name: str) -> str:
        called = name.removesuffix("Told")
        if called not in self._parts:
            schema = self._schemas[name]
            self._parts[called] = self.typed_dict(called, str(schema.get("description") or called), schema)
        return called

    def item_of(self, name: str) -> str | None:
        """What a page of that name is a list of; None if it is no page."""
        properties = self._schemas[name].get("properties", {})
        if set(properties) != {"items", "next"}:
            return None
        return self.type_of(properties["items"]["items"])

    def properties(self, name: str) -> tuple[Mapping[str, Schema], set[str]]:
        """The fields of a shape, and which of them are always there."""
        schema = self._schemas[name]
        return schema.get("properties", {}), set(schema.get("required", ()))

    def _with_parts(self, name: str, done: list[str], above: tuple[str, ...]) -> None:
        if name in done or name in above:
            return
        for part in _refs(self._schemas[name]):
            self._with_parts(part, done, (*above, name))
        done.append(name)

    def _shape(self, name: str) -> str:
        properties, required = self.properties(name)
        told = self._schemas[name].get("description") or f"{named(name)}."
        lines = [f"class {named(name)}(Struct, frozen=True, kw_only=True):", documented(str(told), 4), ""]
        for key, schema in properties.items():
            kind = self.type_of(schema)
            default = self._default(key, key in required, "None" in kind.split(" | "))
            lines.append(f"    {safe(key)}: {kind}{'' if key in required else optional(kind)}{default}")
        return "\n".join(lines) + "\n"

    def _default(self, key: str, is_required: bool, may_be_none: bool) -> str:
        renamed = f'name="{key}"' if safe(key) != key else ""
        if is_required:
            return f" = field({renamed})" if renamed else ""
        return f" = field(default=None, {renamed})" if renamed else " = None"


class Operation:
    """One operation as a method."""

    def __init__(self, maker: Maker, path: str, method: str, operation: Schema) -> None:
        self._maker, self._path, self._verb, self._told = maker, path, method.upper(), operation
        self.name = str(operation["operationId"]).replace("list_of_", "list_")
        told = operation.get("parameters", [])
        self._in_path = [one for one in told if one["in"] == "path"]
        # Of a file one chooses the form; a list comes as JSON, and `export` writes it in the others.
        untyped = () if self._is_file() else UNTYPED
        self._in_query = [one for one in told if one["in"] == "query" and one["name"] not in untyped]
        self._called = "".join(part.capitalize() for part in self.name.split("_"))
        self._filters = f"{self._called}Query"
        content = operation.get("requestBody", {}).get("content", {})
        self._has_files = "multipart/form-data" in content
        told_body = content.get("multipart/form-data") or content.get("application/json")
        self._body = maker.schema_of(told_body["schema"]) if told_body else None

    def arguments(self) -> list[str]:
        """The TypedDicts of its query and of its body, if it has them."""
        return [*self._query_dict(), *self._body_dict()]

    @property
    def _is_typed(self) -> bool:
        """True if the fields of the body are known."""
        return bool(self._body and self._body.get("properties"))

    def _body_dict(self) -> list[str]:
        if not self._is_typed:
            return []
        assert self._body is not None
        told = str(self._body.get("description") or f"What `{self.name}` is told.")
        schema = dict(self._body)
        if self._has_files:
            schema["properties"] = {
                key: one for key, one in self._body["properties"].items() if key != "files"
            }
        return [self._maker.typed_dict(f"{self._called}Body", told, schema)]

    def _query_dict(self) -> list[str]:
        if not self._in_query:
            return []
        head = f"class {self._filters}(TypedDict, total=False):"
        lines = [head, f'    """What `{self.name}` can be asked."""\n']
        lines += [f"    {one['name']}: {self._maker.type_of(one['schema'])}" for one in self._in_query]
        return ["\n".join(lines) + "\n"]

    def method(self) -> str:
        """The method."""
        kind, item = self._answer()
        places = (f"{safe(one['name'])}: {self._maker.type_of(one['schema'])}" for one in self._in_path)
        arguments = ["self", *places]
        if self._has_files:
            arguments.append("files: Files")
        if self._is_typed:
            arguments.append(f"**body: Unpack[{self._called}Body]")
        elif self._body is not None:
            arguments.append("body: Mapping[str, object]")
        if self._in_query:
            arguments.append(f"**query: Unpack[{self._filters}]")
        pieces = re.split(r"\{(\w+)\}", self._path)
        address = "".join(
            f"{{in_path({safe(piece)})}}" if number % 2 else piece for number, piece in enumerate(pieces)
        )
        path = f'f"{address}"' if self._in_path else f'"{self._path}"'
        query = "query" if self._in_query else "{}"
        if item:
            act, answer = f"Pages(self._connection, {path}, {query}, {item})", f"Pages[{item}]"
        elif kind == "bytes":
            act, answer = f"self._connection.file({path}, {query})", kind
        elif self._verb == "GET":
            act, answer = f"self._connection.get({path}, {query}, {kind})", kind
        else:
            body = "body" if self._body is not None else "None"
            sent = "type(None)" if kind == "None" else kind
            more = ", query" if self._in_query else ""
            act, answer = f'self._connection.write("{self._verb}", {path}, {body}, {sent}{more})', kind
            if self._has_files:
                act = f"self._connection.upload({path}, files, body, {sent})"
        lines = [f"    def {self.name}({', '.join(arguments)}) -> {answer}:", documented(self._words(), 8)]
        return "\n".join([*lines, f"        return {act}" if answer != "None" else f"        {act}"]) + "\n"

    def _content(self) -> Schema:
        """By kind, what it gives when it succeeds."""
        told = self._told["responses"]
        status = next(status for status in ("200", "201", "202", "204") if status in told)
        content: Schema = told[status].get("content", {})
        return content

    def _is_file(self) -> bool:
        return any(kind.startswith("image/") or kind == "application/pdf" for kind in self._content())

    def _words(self) -> str:
        summary = str(self._told["summary"]).rstrip(".")
        more = str(self._told.get("description", "")).strip()
        return f"{summary}.\n\n{more}" if more else f"{summary}."

    def _answer(self) -> tuple[str, str | None]:
        """The type of what it gives, and of its items where that is a page."""
        content = self._content()
        if self._is_file():
            return "bytes", None
        if "application/json" not in content:
            return "None", None
        schema = content["application/json"]["schema"]
        # With only some fields it is another shape, which comes second.
        first = schema["anyOf"][0] if "anyOf" in schema else schema
        if "$ref" in first and (item := self._maker.item_of(first["$ref"].rpartition("/")[2])):
            return item, item
        return self._maker.type_of(first), None


def named(name: str) -> str:
    """A shape as the client calls it."""
    return name.removesuffix("Shape") or name


def safe(name: str) -> str:
    """A name that Python takes."""
    return f"{name}_" if keyword.iskeyword(name) else name


def optional(kind: str) -> str:
    """What a field that may be left out adds to its type."""
    return "" if "None" in kind.split(" | ") or kind == "Any" else " | None"


def documented(told: str, indent: int) -> str:
    """A docstring of lines that fit."""
    first, _, rest = told.strip().partition("\n\n")
    wrapped = textwrap.wrap(" ".join(first.split()), 104 - indent)
    for part in rest.strip().split("\n\n") if rest.strip() else ():
        wrapped += ["", *textwrap.wrap(" ".join(part.split()), 104 - indent)]
    text = (
        ("\n" + " " * indent).join(wrapped).replace('"""', "'''").replace("\n" + " " * indent + "\n", "\n\n")
    )
    end = "\n" + " " * indent if len(wrapped) > 1 else ""
    raw = "r" if "\\" in text else ""
    return f'{" " * indent}{raw}"""{text}{end}"""'


def tidy(text: str, name: str) -> str:
    """As the formatter would write it."""
    run = [sys.executable, "-m", "ruff"]
    for command in (["check", "--fix", "-q", "--ignore", "E501"], ["format", "-q"]):
        made = subprocess.run(
            [*run, *command, "--stdin-filename", str(CLIENT / name), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode > 1 or not made.stdout:
            raise RuntimeError(f"{name}: {made.stderr}")
        text = made.stdout
    return text


def _refs(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for value in schema.values():
            yield from _refs(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _refs(value)


def main() -> None:
    """Write the files anew."""
    for name, text in files(description()).items():
        (CLIENT / name).write_text(text)


if __name__ == "__main__":
    main()
