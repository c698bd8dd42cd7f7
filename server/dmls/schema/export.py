"""The schemas as other programs read them: self-contained JSON Schema, draft 7, without the words only dmls knows.

What DM accepts must pass, so the types are those of DM's decoders rather than those of JSON: yaml.v2 takes any scalar
for text and null for anything, BurntSushi/toml takes an integer for a float.  Where DM does not look at a value when it
loads a file, an enum is only a suggestion.
"""

from __future__ import annotations

import json
from typing import Mapping

from dmls.schema.key import TOML_KINDS, Json, Raw, SchemaKey
from dmls.schema.load import document, file_name, load

Schema = dict[str, Json]

_YAML_SCALAR: list[Json] = ["string", "number", "boolean", "null"]
_YES_NO = "^(y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE)$"
"""Booleans of YAML 1.1, which a reader of YAML 1.2 takes for text."""
_OLD_INTEGER = "^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|[0-9]+(_[0-9]*)+)$"
"""Integers of YAML 1.1 that a reader of YAML 1.2 takes for text."""
_GO_DURATION = r"^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"

_FACTS: Mapping[str, tuple[str, str, str, str, str]] = {
    "en": ("Default: {}", "DM {}", "{} to before {}", "{} and later", "DM error {}"),
    "zh": ("默认值:{}", "DM {}", "{} 起、{} 之前", "{} 及以后", "DM 错误码 {}"),
}


def export(kind: str, locale: str = "en") -> Schema:
    """The schema of `kind` for yaml-language-server, taplo and tombi; raises KeyError for an unknown kind.

    Texts are in Chinese where `locale` begins with "zh", else in English.
    """
    root = load(kind)
    raw = document(file_name(kind))
    toml = kind in TOML_KINDS
    out: Schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": raw["title"],
    }
    if toml:
        out["x-tombi-toml-version"] = "v1.1.0"
    out.update(_Writer(toml, locale).schema(root))
    return out


def markdown(raw: Raw, locale: str = "en") -> str:
    """What an editor shows for a key: its description, what is wrong with it, then a line of facts."""
    chinese = locale.startswith("zh")
    default_form, dm_form, between, later, error = _FACTS["zh" if chinese else "en"]
    facts = []
    default = raw.get("default", raw.get("x-dmls-default"))
    if default is not None and default != [] and default != {}:
        shown = default if isinstance(default, str) and default else json.dumps(default, ensure_ascii=False)
        facts.append(default_form.format(f"`{shown}`"))
    versions = raw.get("x-dmls-versions")
    if isinstance(versions, str) and versions not in ("..", "1.0.0.."):
        spans = []
        for part in versions.split(","):
            low, _, high = part.partition("..")
            spans.append(between.format(low, high) if high else later.format(low))
        facts.append(dm_form.format(", ".join(spans)))
    codes = raw.get("x-dmls-codes")
    if isinstance(codes, list):
        facts.append(error.format(", ".join(map(str, codes))))
    paragraphs = [_words(raw, "description", "x-dmls-doc-zh", chinese)]
    deprecation = _words(raw, "deprecationMessage", "x-dmls-deprecation-zh", chinese)
    if deprecation:
        paragraphs.append(f"**{deprecation}**")
    if facts:
        paragraphs.append(" · ".join(facts))
    return "\n\n".join(paragraphs)


def _words(raw: Raw, en: str, zh: str, chinese: bool) -> str:
    return str((raw.get(zh) if chinese else None) or raw.get(en, ""))


class _Writer:
    """Turns keys into JSON Schema for one family of files and one language."""

    def __init__(self, toml: bool, locale: str) -> None:
        self.toml = toml
        self.locale = locale
        self.chinese = locale.startswith("zh")

    def schema(self, key: SchemaKey) -> Schema:
        out: Schema = {}
        raw = key.raw
        if key.doc_en:
            out["description"] = key.doc(self.locale)
            out["markdownDescription"] = markdown(raw, self.locale)
        if key.deprecated:
            out["deprecated"] = True
        if key.deprecated and (self.toml or key.status != "deprecated"):
            # yaml-language-server makes a problem of it, which is too much for what works without a word from DM.
            out["deprecationMessage"] = _words(raw, "deprecationMessage", "x-dmls-deprecation-zh", self.chinese)
        out.update(self.value(key))
        if "default" in raw and not key.secret:
            out["default"] = raw["default"]
        if key.examples and not key.secret:
            out["examples"] = list(key.examples)
        if self.toml:
            # Not `hidden`: tombi refuses what taplo would only leave out of its completions.
            if key.doc_en:
                out["x-taplo"] = {"docs": {"main": markdown(raw, self.locale)}}
        else:
            if "defaultSnippets" in raw:
                out["defaultSnippets"] = raw["defaultSnippets"]
            if key.status in ("internal", "ineffective"):
                out["doNotSuggest"] = True
        return out

    def value(self, key: SchemaKey) -> Schema:
        """The type of a value and what lies in it."""
        kind = key.type
        if kind == "any":
            return {}
        if kind == "object":
            return self.object(key)
        if kind == "map":
            out: Schema = {"type": self.or_null("object")}
            if key.holds_kind is not None:
                out["properties"] = {name: self.schema(child) for name, child in key.children.items()}
                out["additionalProperties"] = True
            elif key.item is not None:
                out["additionalProperties"] = self.schema(key.item)
            return out
        if kind in ("list", "bytes"):
            out = {"type": self.or_null("array")}
            if key.item is not None:
                out["items"] = self.schema(key.item)
            return out
        if key.enum is not None:
            return self.enum(key)
        return self.scalar(key)

    def object(self, key: SchemaKey) -> Schema:
        out: Schema = {"type": self.or_null("object")}
        required = key.raw.get("required")
        if isinstance(required, list):
            out["required"] = required
        out["properties"] = {name: self.schema(child) for name, child in key.children.items()}
        if key.kind != "dmctl":  # dmctl reads its file without complaint about unknown keys
            out["additionalProperties"] = False
        if self.toml:
            out["x-tombi-table-keys-order"] = "schema"
        return out

    def enum(self, key: SchemaKey) -> Schema:
        values: list[Json] = list(key.enum or ())
        named: Schema = {"enum": values}
        docs = [key.enum_doc(str(v), self.locale) for v in values]
        if any(docs):
            named["enumDescriptions"] = list(docs)
        if key.enum_code and not key.enum_fold:
            values.extend(v for v in key.enum_also if v not in values)
            if not self.toml:
                values.append(None)
            if "enumDescriptions" in named:
                named["enumDescriptions"] = [*docs, *[""] * (len(values) - len(docs))]
            return named
        if key.enum_code:
            every = "|".join(map(_any_case, (*(key.enum or ()), *key.enum_also)))
            # Readers of YAML 1.1 take an unquoted `off` for false; DM keeps the text.
            rest: Schema = {"type": "string" if self.toml else ["string", "boolean", "null"], "pattern": f"^({every})$"}
        else:
            rest = {"type": "string"} if self.toml else {"type": list(_YAML_SCALAR)}
        return {"anyOf": [named, rest]}

    def scalar(self, key: SchemaKey) -> Schema:
        kind = key.type
        if self.toml:
            return _limits(key, {"type": {"int": "integer", "float": "number", "bool": "boolean"}.get(kind, "string")})
        if kind == "bool":
            return {"anyOf": [{"type": ["boolean", "null"]}, {"type": "string", "pattern": _YES_NO}]}
        if kind == "int":
            # A fraction is cut off by yaml.v2.
            return {"anyOf": [_limits(key, {"type": ["integer", "number", "null"]}), {"type": "string", "pattern": _OLD_INTEGER}]}
        if kind == "float":
            return {"type": ["number", "null"]}
        if kind == "duration":
            return {"type": ["string", "integer", "null"], "pattern": _GO_DURATION, "minimum": 0, "maximum": 0}
        if kind == "bytesize":
            return {"type": ["string", "number", "null"], "minimum": 0}
        return {"type": list(_YAML_SCALAR)}

    def or_null(self, name: str) -> Json:
        return name if self.toml else [name, "null"]


def _limits(key: SchemaKey, out: Schema) -> Schema:
    if key.minimum is not None:
        out["minimum"] = key.minimum
    if key.maximum is not None:
        out["maximum"] = key.maximum
    return out


def _any_case(word: str) -> str:
    """A regular expression for `word` in any case, without flags, which JSON Schema does not have."""
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else f"\\{c}" if not c.isalnum() and c != "-" else c for c in word)
