"""Findings of one snapshot and their repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Iterator, Sequence

from dmls.analysis.deployments import DeploymentView
from dmls.analysis.record import FileRecord, Judged, in_text
from dmls.finding import Finding, Fixed, Related, Severity
from dmls.model import kind as kinds
from dmls.model.config_file import ConfigFile
from dmls.model.tls.cert_use import Named, Surroundings
from dmls.settings import Settings
from dmls.text import Span

if TYPE_CHECKING:
    from dmls.model.command_line import CommandLine
    from dmls.model.tls.connection import Connection
    from dmls.version import Version


class FindingView(DeploymentView):
    """What is wrong, until when that holds, and what repairs make of it."""

    def steps(self, path: str) -> Iterator[None]:
        """Work that `findings` would do at once, in pieces, for who must not be held up; ask `findings` afterwards."""
        record = self._record(path)
        if record is None or record.judged is not None:
            return
        override = self._override(path)
        kind = record.kind(override)
        if kind is None or kind in (kinds.CERTIFICATE, kinds.SCRIPT):
            return
        yield
        record.tree("yaml" if kind in kinds.YAML_KINDS else "toml")
        yield
        record.config(override)
        yield
        self.findings(path)
        yield

    def findings(self, path: str) -> tuple[Finding, ...]:
        """All findings of a file: sorted, suppressed, with the severities that the settings give."""
        record = self._record(path)
        kind = record.kind(self._override(path)) if record is not None else None
        if kind not in kinds.DATABASES or (kind == kinds.SOURCE and self._deployments is not None and self._deployments.are_sought):
            # What a task tells others, no finding asks; and what a source does, only tasks.
            self.take_cards(path)
        if record is None:
            return ()
        settings = self._settings_for(path)
        if record.kind(self._override(path)) == kinds.CERTIFICATE:
            return tuple(self._judge_certificate_file(record, settings))
        if record.judged is not None and record.judged.holds(settings, self._now):
            return record.judged.findings
        is_script = record.kind(self._override(path)) == kinds.SCRIPT
        findings = tuple(self._judge_script(record, settings) if is_script else self._judge(record, settings))
        until = None
        config = record._config
        if is_script or (config is not None and config.tls_blocks):
            found = self.uses(path)
            record.named = tuple(Named(path, s.role, s.entry.name, use.config.key_span(s.entry), s.local) for use in found for s in use.files if s.entry is not None and s.local)
            if self._now is not None:
                moments = (use.next_change(self._now, settings) for use in found)
                until = min((m for m in moments if m is not None), default=None)
        else:
            record.named = ()
        if (is_script or (config is not None and config.kind in kinds.COMPONENTS)) and self._now is not None and self._deployments is not None:
            clusters = self._deployments.clusters
            found_in = ((clusters.graph.cluster(id), id) for id in clusters.ids_of(path))
            changes = (clusters.next_change(c, id, self._now, self._party) for c, id in found_in if c is not None)
            until = min((m for m in (until, *changes) if m is not None), default=None)
        record.judged = Judged(settings, self._now, until, findings)
        return findings

    def _judge_certificate_file(self, record: FileRecord, settings: Settings) -> list[Finding]:
        """What the configurations that use the file say of it, each pointing back; where none does, what is wrong with it in any use."""
        from dmls import lint

        path = record.path
        found: list[Finding] = []
        users = [user for user in self._certificates.users(path) if any(n.local == path for n in self.named(user))]
        for user in users:
            for finding in self.findings(user):
                for related in finding.related:
                    if related.file == path:
                        back = Related(user, finding.span, "related.used-here", {"file": user.rpartition("/")[2]})
                        found.append(finding._replace(file=path, span=in_text(record.text, related.span), related=(back,), fixes=()))
        pem = self.pem(path)
        if not users and pem is not None:
            from dmls.model.tls.cert_use import CertificateFile, alone
            from dmls.pki.file import guess_role

            source = alone(pem, guess_role(pem), path, len(record.text))
            if source.role:
                document = CertificateFile(path)
                made = lint.check_alone(document, source, settings.dm_versions[-1], self._around(path, settings))
                found.extend(f._replace(span=in_text(record.text, f.span)) for f in made)
        found = _all_leveled(found, settings, path) if settings.rules or settings.per_file else found
        return lint.capped(lint.order(found), path)

    def _judge(self, record: FileRecord, settings: Settings) -> list[Finding]:
        from dmls import lint

        config = record.config(self._override(record.path))
        if config is None:
            return []
        found: list[Finding] = []
        if record.encoding is not None:
            from dmls.rules.syntax import not_utf_8

            found.append(not_utf_8.finding(config, *record.encoding))
            if "\0" in record.text or record.text.count("\ufffd") * 20 > len(record.text):
                # This is no text at all, or all of it is in another encoding: whatever else could be said is noise.
                return found
        if config.kind == kinds.SETTINGS:
            from dmls.rules.syntax import settings_file

            found.extend(settings_file.findings(config))
        else:
            found.extend(lint.check_versions(config, settings.dm_versions, self._around(config.path, settings)))
        if record.encoding is not None:
            # What else libyaml or tomli say of such a file is the same fault in other words.
            found = [f for f in found if f.rule != "syntax-error"]
        found = lint.suppress(config, found)
        has_levels = bool(settings.rules or settings.per_file)
        if has_levels:
            found = _all_leveled(found, settings, record.path)
        shown = lint.capped(lint.order(found), record.path)
        if has_levels and len(shown) < len(found):
            # What was cut off is told in a finding of its own, whose level may be set as well.
            shown[-1:] = _all_leveled(shown[-1:], settings, record.path)
        return shown

    def _judge_script(self, record: FileRecord, settings: Settings) -> list[Finding]:
        from dmls import lint
        from dmls.model.command_line import command_lines, joined, meaning
        from dmls.model.edits.ignore import read_ignores

        lines = command_lines(record.path, record.text)
        is_new = self._records.get(record.path) is not record
        found: list[Finding] = []
        sound: set[object] = set()
        """What lines mean in which nothing was found: a script may say the same hundreds of times."""
        for number, line in enumerate(lines):
            file, known = self.command_file(line)
            complete = known and not line.open
            config = joined(line, file)
            sense = meaning(line, config)
            if sense in sound:
                continue

            def connections(_: ConfigFile, version: Version, line: CommandLine = line, number: int = number) -> Sequence[Connection]:
                return self._connections_of_line(line, number, lines, is_new, version)

            around = self._around_command(line, settings, connections)

            def judge(version: Version, line: CommandLine = line, config: ConfigFile = config, complete: bool = complete, around: Surroundings = around) -> list[Finding]:
                return lint.check_command_line(line, config, complete, version, around)

            made = lint.merged(settings.dm_versions, judge)
            if not made:
                sound.add(sense)
            place = line.config_flag
            if file is not None and place is not None and place.value is not None:
                # A fault that the file has all by itself is told there.
                there = {f.rule for f in self.findings(file.path)} if self._record(file.path) is not None else set()
                there |= {ignore.rule for ignore in read_ignores(file.tree)}
                span = Span(place.value.start, place.value.end)
                made = [f for f in made if f.span != span or f.rule not in there]
            found.extend(made)
        if lines:
            starts = [line.span for line in lines]

            def begins(offset: int) -> int:
                return next((span.start for span in starts if span.contains(offset)), offset)

            found = lint.suppress(lines[0].config, found, begins)
        if settings.rules or settings.per_file:
            found = _all_leveled(found, settings, record.path)
        return lint.capped(lint.order(found), record.path)

    @property
    def until(self) -> float | None:
        """The moment at which a finding of some file may change without an edit."""
        moments = (r.judged.until for r in self._records.values() if r.judged is not None)
        return min((m for m in moments if m is not None), default=None)

    def fixed(self, path: str) -> str | None:
        """The text of a file after all safe fixes; None where there is none that helps, or the file is no text that DM reads."""
        record = self._record(path)
        if record is None or record.encoding is not None:
            return None
        from dmls.fixing import fix_text

        done = fix_text(path, record.text, lambda text: self.judged(path, text))
        return done.text if done.applied else None

    def supposed(self, path: str, text: str) -> ConfigFile | None:
        """The file as it would be with another text; None where it would no longer be the same kind of DM file."""
        override = self._override(path)
        new = FileRecord(path, text, None)
        return new.config(override) if new.kind(override) == self.kind(path) else None

    def judged(self, path: str, text: str, settings: Settings | None = None) -> Sequence[Finding] | None:
        """What would be found in a file with another text, under its settings or others; None where it would be another kind of file.

        Nothing is taken over from the present tree: its entries belong to it and would follow the new one.
        """
        override = self._override(path)
        settings = self._settings_for(path) if settings is None else settings
        new = FileRecord(path, text, None)
        kind = new.kind(override)
        if kind != self.kind(path):
            return None
        return self._judge_script(new, settings) if kind == kinds.SCRIPT else self._judge(new, settings)

    def repaired(self, path: str, text: str, settings: Settings, unsafe: bool, filtered: Callable[[str, Sequence[Finding]], Sequence[Finding]]) -> Fixed:
        """What becomes of a text of a file under `settings`; `filtered` makes of a text and what is found in it the findings whose fixes count."""
        from dmls.fixing import fix_text

        def judge(new: str) -> Sequence[Finding] | None:
            found = self.judged(path, new, settings)
            return filtered(new, found) if found is not None else None

        return fix_text(path, text, judge, unsafe)

    def findings_if_known(self, path: str) -> tuple[Finding, ...]:
        """The findings where they were judged already; help must not wait for them."""
        record = self._record(path)
        return record.judged.findings if record is not None and record.judged is not None else ()


def _all_leveled(findings: list[Finding], settings: Settings, path: str) -> list[Finding]:
    return [f for f in (_leveled(f, settings.level(f.rule, path)) for f in findings) if f is not None]


def _leveled(finding: Finding, level: str | None) -> Finding | None:
    if level is None:
        return finding
    if level == "off":
        return None
    return finding._replace(severity=Severity.from_word(level))
