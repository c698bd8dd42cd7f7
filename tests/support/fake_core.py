"""`dmls serve` over a core that judges words instead of DM configurations, so that tests of the shell do not depend on any rule.

Run as a script.  In any text: ``ERR`` and ``WARN`` are findings of that severity, ``OLD`` a deprecated one, ``REL`` one with a
related place (the start of the file), and ``BOOM`` makes the core fail.  Every word has a hover and every word completes to itself.
``SPIN`` makes judging the file take 20 ms.
"""

from __future__ import annotations

import re
import sys
import time

from dmls.finding import Finding, Related, Severity
from dmls.ide.values import Completion, Fold, Hover, Symbol
from dmls.text import LineIndex, Span
from dmls.workspace import Workspace

_JUDGED = {"ERR": Severity.ERROR, "WARN": Severity.WARNING, "OLD": Severity.HINT, "REL": Severity.INFORMATION}


class FakeAnalysis:
    def __init__(self, texts: dict, settings: dict) -> None:
        self._texts = texts
        self._settings = settings

    def text(self, path):
        return self._texts.get(path)

    def lines(self, path):
        text = self._texts.get(path)
        return None if text is None else LineIndex(text)

    until = None

    def look_ahead(self, path):
        pass

    def take_cards(self, path):
        pass

    def is_dm(self, path):
        return path in self._texts

    def completion_wants(self, path, offset):
        return []

    def language(self, path):
        return None

    def steps(self, path):
        return iter(())

    def release(self, path):
        pass

    def findings(self, path):
        text = self._texts.get(path, "")
        if "BOOM" in text:
            raise RuntimeError("secret of /some/private/path")
        if "SPIN" in text:
            until = time.perf_counter() + 0.02
            while time.perf_counter() < until:
                pass
        levels = self._settings.get("rules") or {}
        found = []
        for match in re.finditer(r"\b(ERR|WARN|OLD|REL)\b", text):
            rule = f"fake-{match[0].lower()}"
            if levels.get(rule) == "off":
                continue
            related = (Related(path, Span(0, 1), "lsp.files", {"count": 1}),) if match[0] == "REL" else ()
            found.append(
                Finding(
                    rule,
                    _JUDGED[match[0]],
                    path,
                    Span(*match.span()),
                    "lsp.files",
                    {"count": 3},
                    related=related,
                    tag="deprecated" if match[0] == "OLD" else "",
                )
            )
        return tuple(found)

    def _word(self, path, offset):
        for match in re.finditer(r"\w+", self._texts.get(path, "")):
            if match.start() <= offset <= match.end():
                return match
        return None

    def hover(self, path, offset, locale):
        match = self._word(path, offset)
        if match is None:
            return None
        if match[0] == "BOOM":
            raise RuntimeError("secret of /some/private/path")
        return Hover(Span(*match.span()), f"**{match[0]}** in `{locale}`")

    def completions(self, path, offset, locale):
        match = self._word(path, offset)
        span = Span(*match.span()) if match else Span(offset, offset)
        word = match[0] if match else "new"
        return [
            Completion(word, "key", "detail", f"*about* `{word}`", f"{word}: ", span),
            Completion("block", "snippet", "", "", "block:\n  ${1:name}: $0", span, True, "z", "b", True),
        ]

    def symbols(self, path):
        text = self._texts.get(path, "")
        return [
            Symbol(m[1], "", "object", Span(*m.span()), Span(*m.span(1)), (Symbol("inner", "x", "string", Span(*m.span(1)), Span(*m.span(1))),))
            for m in re.finditer(r"^(\w+):", text, re.MULTILINE)
        ]

    def folding(self, path):
        lines = len(LineIndex(self._texts.get(path, "")))
        return [Fold(0, lines - 1, "region")] if lines > 1 else []


def _snapshot(self):
    texts = {path: self._text(path) for path in self.paths}
    return FakeAnalysis(texts, dict(self._editor))


if __name__ == "__main__":
    import dmls.lsp.server

    Workspace.snapshot = _snapshot  # type: ignore[method-assign,assignment]
    dmls.lsp.server._WARM_MODULES = ()  # type: ignore[misc]
    sys.exit(dmls.lsp.server.main(sys.argv[2:]))
