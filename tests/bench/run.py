"""Compares dmls with its peers, in pairs on one machine: `python tests/bench/run.py [--quick] [--only NAME] [--keep]`.

Prints a table of medians and ratios with the budgets of the project and writes out/results.json.  The status is 1 when a budget is missed.
Only ratios mean something: times vary with the machine and with what else it does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, NamedTuple, Sequence, Union

import material
import peers
from material import Document, Material

LSPBENCH = material.GENERATOR.with_name("lspbench.py")
Argument = Union[str, Path]


class Row(NamedTuple):
    """`limit` is what `ratio` may be at most, `most` what `ours` may be; without either the row is for information."""

    group: str
    metric: str
    ours: float
    peer: float
    peer_name: str
    unit: str = "ms"
    limit: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.peer if self.peer else float("nan")

    @property
    def kept(self) -> bool | None:
        """Whether the budget is kept; None where there is none."""
        if self.limit is not None:
            return self.ratio <= self.limit
        return self.ours <= self.most if self.most is not None else None

    @property
    def budget(self) -> str:
        if self.limit is not None:
            return f"<= {self.limit:g}x"
        return f"<= {self.most:g} {self.unit}" if self.most is not None else ""


class Effort(NamedTuple):
    """How much is measured."""

    rounds: int
    edits: int
    starts: int
    runs: int


FULL = Effort(rounds=5, edits=10, starts=15, runs=5)
QUICK = Effort(rounds=2, edits=6, starts=5, runs=1)

# --- language servers ---

_YAML_LIMITS = {"ready": 0.9, "edit_diag": 0.2, "type_complete": 0.4, "hover": 0.4, "rss_peak_mb": 0.5}
_METRICS = {
    "initialize": "spawn -> initialize",
    "ready": "spawn -> first diagnostics",
    "open_diag": "open -> diagnostics",
    "edit_diag": "edit -> diagnostics",
    "burst_diag": "8 edits -> diagnostics",
    "hover": "hover",
    "completion": "completion",
    "type_complete": "type + completion",
    "rss_peak_mb": "peak memory",
}


def servers(
    group: str, document: Document, peer_name: str, peer: Sequence[Argument], effort: Effort, limits: dict[str, float], most: dict[str, float], settings: Path | None = None
) -> list[Row]:
    """One run of lspbench, the two servers in turn."""
    result = peers.OUT / f"lspbench-{group}.json"
    result.unlink(missing_ok=True)
    line, column = document.edit_at
    done = subprocess.run(
        [
            *(sys.executable, LSPBENCH, "--server", _line((*peers.DMLS, "serve", "--stdio")), "--name", "dmls", "--server-b", _line(peer), "--name-b", peer_name),
            *(["--settings-b", settings] if settings is not None else []),
            *("--file", document.path, "--language", document.language, "--rounds", str(effort.rounds), "--edits", str(effort.edits), "--requests", str(effort.edits)),
            *("--toggle", "--edit-at", f"{line}:{column}", "--timeout", "60", "--json", result),
        ],
        env=peers.ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    )
    (peers.OUT / f"lspbench-{group}.txt").write_text(done.stdout, encoding="utf-8")
    measured = json.loads(result.read_text(encoding="utf-8"))["servers"]
    for name in ("dmls", peer_name):
        for error in measured[name]["errors"]:
            _say(f"{group}: {name}: {error}")
    ours, theirs = measured["dmls"]["summary"], measured[peer_name]["summary"]
    return [
        Row(group, title, ours[key]["median"], theirs[key]["median"], peer_name, "MB" if key == "rss_peak_mb" else "ms", limits.get(key), most.get(key))
        for key, title in _METRICS.items()
        if key in ours and key in theirs
    ]


def _line(command: Sequence[Argument]) -> str:
    return " ".join(f"'{part}'" for part in command)


# --- command line ---


def paired(group: str, metric: str, commands: dict[str, Sequence[Argument]], rounds: int, limits: dict[str, float]) -> list[Row]:
    """Run the commands in turn, "dmls" among them; the wall clock of the whole process counts."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    work: dict[str, list[float]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds + 1):
        for name in names if number % 2 else names[::-1]:
            begun, worked = time.perf_counter(), _children()
            done = subprocess.run([str(part) for part in commands[name]], env=peers.ENVIRONMENT, capture_output=True, cwd=material.FILES)
            taken = time.perf_counter() - begun
            if done.returncode not in (0, 1):
                raise SystemExit(f"bench: {name} failed: {done.stderr.decode(errors='replace')[-1000:]}")
            # The first round only fills the caches of the disk.
            if number or rounds == 1:
                times[name].append(1000 * taken)
                work[name].append(1000 * (_children() - worked))
    rows = []
    for name in names:
        if name != "dmls":
            rows.append(Row(group, metric, statistics.median(times["dmls"]), statistics.median(times[name]), name, "ms", limits.get(name)))
            rows.append(Row(group, f"{metric}, processor time", statistics.median(work["dmls"]), statistics.median(work[name]), name))
    return rows


def _children() -> float:
    """Seconds of processor time of all processes that ended; says what the work is where others use the machine as well."""
    used = os.times()
    return used.children_user + used.children_system


def one_file(made: Material, effort: Effort) -> list[Row]:
    schema, master_schema = material.SCHEMAS / "source.json", material.schema_uri("master")
    check = (*peers.DMLS, "check")
    lint = (*peers.command("yamllint"), "-d", "relaxed")
    return [
        *paired(
            "cli-one",
            "source.yaml, 56 lines",
            {
                "dmls": (*check, made.source),
                "yamllint": (*lint, made.source),
                "check-jsonschema": (*peers.command("check-jsonschema"), "--schemafile", schema, made.source),
            },
            effort.starts,
            {"yamllint": 0.9},
        ),
        *paired("cli-one", "task300.yaml", {"dmls": (*check, made.task300.path), "yamllint": (*lint, made.task300.path)}, effort.starts, {}),
        *paired(
            "cli-one",
            "dm-master.toml",
            {
                "dmls": (*check, made.master.path),
                "taplo": (*peers.command("taplo"), "lint", "--schema", master_schema, made.master.path),
                "tombi": (*peers.command("tombi"), "lint", "--offline", made.master.path),
            },
            effort.starts,
            {},
        ),
    ]


def many_files(made: Material, effort: Effort) -> list[Row]:
    check = (*peers.DMLS, "check")
    sources = sorted(made.many_yaml.glob("source-*.yaml"))
    tomls = sorted(made.many_toml.glob("*.toml"))
    check_schema = (*peers.command("check-jsonschema"), "--schemafile", material.SCHEMAS / "source.json")
    return [
        *paired(
            "cli-1000",
            "1,000 YAML files",
            {"dmls": (*check, made.many_yaml), "yamllint": (*peers.command("yamllint"), "-d", "relaxed", made.many_yaml)},
            effort.runs,
            {"yamllint": 0.12},
        ),
        *paired("cli-1000", "500 sources, --jobs 1", {"dmls": (*check, "--jobs", "1", *sources), "check-jsonschema": (*check_schema, *sources)}, effort.runs, {}),
        *paired(
            "cli-1000",
            "1,000 TOML files",
            {
                "dmls": (*check, made.many_toml),
                "taplo": (*peers.command("taplo"), "lint", "--schema", material.schema_uri("master"), *tomls),
                "tombi": (*peers.command("tombi"), "lint", "--offline", *tomls),
            },
            effort.runs,
            {},
        ),
    ]


# --- the first scan of a workspace ---


def first_scan(made: Material, effort: Effort) -> list[Row]:
    import first_scan as scan

    samples = scan.measure(made.many_yaml, made.task300.path.read_text(encoding="utf-8"), effort.rounds)
    _say(f"workspace: a scan under requests took {statistics.median(samples['scan']):.1f} s; {len(samples['hover busy'])} requests of each kind")
    rows = []
    for name in ("hover", "completion"):
        busy, idle = samples[f"{name} busy"], samples[f"{name} idle"]
        rows.append(Row("workspace", f"{name} during first check", statistics.median(busy), statistics.median(idle), "dmls idle", limit=2.0))
        rows.append(Row("workspace", f"{name} during first check, p95", _p95(busy), _p95(idle), "dmls idle"))
    return rows


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


# --- a key press without a protocol ---


def key_presses(made: Material, effort: Effort) -> list[Row]:
    import keystrokes

    small = keystrokes.work("task300.yaml", made.task300.path.read_text(encoding="utf-8"), 4 * effort.rounds)
    large = keystrokes.work("task10k.yaml", made.task10k.path.read_text(encoding="utf-8"), effort.rounds)
    return [
        Row("keystroke", "all findings of 300 lines", small.usual, 0, "", "ms", most=15),
        Row("keystroke", "300 lines, worst place", small.worst, 0, "", "ms", most=15),
        Row("keystroke", "all findings of 10,000 lines", large.usual, 0, "", "ms"),
        Row("keystroke", "10,000 lines, worst place", large.worst, 0, "", "ms"),
    ]


# --- certificates ---


def certificate_triple(made: Material, effort: Effort) -> list[Row]:
    import certificates

    rows = []
    for kind, cold, warm, peer in certificates.triple(40 * effort.rounds):
        rows.append(Row("certificates", f"CA + cert + key, {kind}", cold, peer, "openssl verify", limit=0.25))
        rows.append(Row("certificates", f"the same again, {kind}", warm, peer, "openssl verify", most=0.05))
    return rows


def certificate_index(made: Material, effort: Effort) -> list[Row]:
    import certificates
    import first_scan as scan

    folder = certificates.workspace()
    samples = scan.measure(folder, (folder / "dm-worker.toml").read_text(encoding="utf-8"), effort.rounds, "dm-worker.toml", "toml")
    _say(f"{certificates.MANY} certificates: indexed in {statistics.median(samples['scan']):.1f} s; {len(samples['hover busy'])} requests of each kind meanwhile")
    rows = [Row("certificates", "RSS with 5,000 certificates", max(samples["rss"]), 0, "", "MB", most=100)]
    for name in ("hover", "completion"):
        busy, idle = samples[f"{name} busy"], samples[f"{name} idle"]
        rows.append(Row("certificates", f"{name} during the index", statistics.median(busy), statistics.median(idle), "dmls idle", limit=2.0))
        rows.append(Row("certificates", f"{name} during the index, p95", _p95(busy), _p95(idle), "dmls idle"))
    return rows


# --- whole deployments ---


def whole_deployments(made: Material, effort: Effort) -> list[Row]:
    import deployments as d

    one, many = d.make()
    rows = [Row("deployment", f"check of {d.MASTERS + d.WORKERS + d.SOURCES + d.TASKS} files, cold", d.cold(one, effort.rounds), 0, "", "ms", most=2000)]
    alone, among = d.keystrokes(one.parent, 4 * effort.rounds), d.keystrokes(many, 4 * effort.rounds)
    for name, taken in alone.items():
        rows.append(Row("deployment", f"work of an edit: {name}", taken, 0, "", "ms", most=50))
        rows.append(Row("deployment", f"beside {d.OTHERS} others: {name}", among[name], taken, "alone", limit=1.5))
    return rows


def whole_workspace(made: Material, effort: Effort) -> list[Row]:
    import deployments as d

    return [Row("reports", f"{d.FILES} files after an edit: {name}", taken, 0, "", "ms", most=150) for name, taken in d.whole_workspace(4 * effort.rounds).items()]


# --- all together ---

GROUPS: dict[str, Callable[[Material, Effort], list[Row]]] = {
    "task300": lambda made, effort: servers("task300", made.task300, "yaml-language-server", peers.YAML_SERVER, effort, _YAML_LIMITS, {}, material.yaml_settings()),
    "task10k": lambda made, effort: servers(
        "task10k", made.task10k, "yaml-language-server", peers.YAML_SERVER, effort, {**_YAML_LIMITS, "edit_diag": 0.3}, {}, material.yaml_settings()
    ),
    "master-tombi": lambda made, effort: servers("master-tombi", made.master, "tombi", peers.TOMBI_SERVER, effort, {}, {"edit_diag": 40}),
    "master-taplo": lambda made, effort: servers("master-taplo", made.master, "taplo", peers.TAPLO_SERVER, effort, {}, {"edit_diag": 40}, material.taplo_settings()),
    "keystroke": key_presses,
    "workspace": first_scan,
    "certificates": certificate_triple,
    "certificates-5000": certificate_index,
    "deployment": whole_deployments,
    "reports": whole_workspace,
    "cli-one": one_file,
    "cli-1000": many_files,
}


def table(rows: Sequence[Row]) -> str:
    words = {True: "ok", False: "MISSED", None: ""}
    cells = [("group", "metric", "ours", "peer", "ratio", "budget", "")]
    for r in rows:
        cells.append((r.group, r.metric, f"{r.ours:.1f} {r.unit}", f"{r.peer:.1f} {r.unit} {r.peer_name}", f"{r.ratio:.3f}", r.budget, words[r.kept]))
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in cells)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few rounds: does it run, is anything far off")
    parser.add_argument("--only", action="append", choices=[*GROUPS], help="only these groups; may be repeated")
    parser.add_argument("--keep", action="store_true", help="measure the dmls that was installed by an earlier run")
    options = parser.parse_args()
    if not LSPBENCH.is_file() or not material.GENERATOR.is_file():
        print(f"bench: skipped, {LSPBENCH.parent} with lspbench.py and gen_configs.py is not there")
        return 0
    peers.install(ours=not options.keep)
    made = material.make()
    effort = QUICK if options.quick else FULL
    rows: list[Row] = []
    for name in options.only or GROUPS:
        _say(name)
        rows += GROUPS[name](made, effort)
    print(table(rows))
    results = {"versions": peers.versions(), "quick": options.quick, "rows": [{**r._asdict(), "ratio": round(r.ratio, 4), "kept": r.kept} for r in rows]}
    (peers.OUT / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    missed = [r for r in rows if r.kept is False]
    if missed:
        print(f"{len(missed)} of {sum(r.kept is not None for r in rows)} budgets missed")
    return 1 if missed else 0


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
