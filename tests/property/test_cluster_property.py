"""What is said of a deployment depends on its files alone: not on others, and not on the order in which they are met or asked about."""

from __future__ import annotations

import random
from typing import Iterator

import pytest

from dmls.files import Content, Missing
from dmls.finding import Finding
from dmls.workspace import Workspace
from support.core import deal

ROOT = "/w"
CHANGES = 12


def tls(number: int) -> str:
    return f'ssl-ca = "/etc/dm/ca{number}.pem"\nssl-cert = "/etc/dm/m.pem"\nssl-key = "/etc/dm/m-key.pem"\n'


def flags(number: int) -> str:
    return f" --ssl-ca /etc/dm/ca{number}.pem --ssl-cert /etc/dm/m.pem --ssl-key /etc/dm/m-key.pem"


def scripts(rng: random.Random, folder: str, files: dict[str, str], network: str) -> dict[str, str]:
    """Scripts and units that start some of the components, with flags of their own or with nothing but their file; and calls of dmctl."""
    out = {}
    for path in files:
        if rng.random() < 0.3:
            name = path[len(folder) + 1 :]
            program = "dm-master" if "dm-master" in name else "dm-worker"
            more = rng.choice(("", "", flags(1), ' "$@"', " --ssl-ca $CA", " --name m2", f" --advertise-addr {network}.50:8262"))
            start = f"bin/{program} --config {name}{more}"
            out[f"{folder}/{rng.choice(('start', 'again'))}-{len(out)}.sh"] = f"#!/bin/sh\nexec {start}\n"
            if rng.random() < 0.3:
                out[f"{folder}/unit-{len(out)}.service"] = f"[Service]\nExecStart=/{start}\n"
    if rng.random() < 0.5:
        join = f"{network}.1:8261"
        lines = [f"dmctl --master-addr {join}{rng.choice(('', flags(1)))} query-status" for _ in range(rng.randint(1, 3))]
        lines.append(f"dm-worker --name s1 --worker-addr {network}.40:8262 --join {join}{rng.choice(('', flags(1)))}")
        out[f"{folder}/ops.sh"] = "\n".join(rng.sample(lines, rng.randint(1, len(lines)))) + "\n"
    return out


def deployment(rng: random.Random, folder: str, network: str) -> dict[str, str]:
    """Masters and workers in one folder or in one below each other, with TLS here and there, and scripts beside them."""
    masters = rng.randint(1, 3)
    ring = ",".join(f"m{i}=http://{network}.{i}:8291" for i in range(1, masters + 1))
    out = {}
    for i in range(1, masters + 1):
        text = f'name = "m{i}"\nmaster-addr = "{network}.{i}:8261"\nadvertise-peer-urls = "http://{network}.{i}:8291"\ninitial-cluster = "{ring}"\n'
        out[f"{folder}/dm-master{i}.toml"] = text + (tls(1) if rng.random() < 0.5 else "")
    for i in range(1, rng.randint(1, 4)):
        text = f'name = "w{i}"\nworker-addr = "{network}.1{i}:8262"\njoin = "{network}.{rng.randint(1, masters)}:8261"\n'
        out[f"{folder}/{rng.choice(('', 'workers/'))}dm-worker{i}.toml"] = text + (tls(1) if rng.random() < 0.5 else "")
    return {**out, **scripts(rng, folder, out, network)}


def filled(files: dict[str, str], order: list[str]) -> Workspace:
    workspace = Workspace()
    workspace.set_cli_settings({"tls": {"files": "off"}})
    workspace.set_folders([ROOT])
    for path in order:
        workspace.put(path, Content(files[path].encode("utf-8")))
    settle(workspace)
    return workspace


def settle(workspace: Workspace) -> None:
    deal(workspace)
    while wanted := workspace.wanted():
        for want in wanted:
            workspace.tell(want, Missing())
        # What is looked up may be what a script starts.
        deal(workspace)


def findings(workspace: Workspace, paths: Iterator[str] | list[str]) -> dict[str, tuple[Finding, ...]]:
    return {path: workspace.snapshot().findings(path) for path in paths}


@pytest.mark.parametrize("seed", range(40))
def test_other_deployments_change_nothing(seed: int) -> None:
    rng = random.Random(seed)
    own = deployment(rng, f"{ROOT}/a", "10.1.0")
    # The same addresses in a folder beside it, and others around: none of them is nearer than the own files.
    others = [deployment(rng, f"{ROOT}/b", "10.1.0"), deployment(rng, f"{ROOT}/c/d", "10.2.0")]
    alone = findings(filled(own, list(own)), list(own))
    workspace = filled(own, list(own))
    assert findings(workspace, list(own)) == alone
    for other in others:
        for path, text in other.items():
            workspace.put(path, Content(text.encode("utf-8")))
        settle(workspace)
        assert findings(workspace, list(own)) == alone
    for other in others:
        for path in other:
            workspace.put(path, Missing())
        settle(workspace)
        assert findings(workspace, list(own)) == alone


@pytest.mark.parametrize("seed", range(40))
def test_a_part_of_another_deployment_changes_nothing(seed: int) -> None:
    """Its own addresses: single files of it come and go.  The same addresses: what is left of it is no part of this one while a rival is there."""
    rng = random.Random(seed)
    own = deployment(rng, f"{ROOT}/a", "10.1.0")
    alone = findings(filled(own, list(own)), list(own))
    workspace = filled(own, list(own))
    apart = deployment(rng, f"{ROOT}/c/d", "10.2.0")
    same = {path.replace("/a/", "/b/"): text for path, text in own.items()}
    # It names the first two masters, as they do each other.
    first = next(iter(own.values())).replace('"m1"', '"m4"')
    same[f"{ROOT}/b/dm-master4.toml"] = first.replace('"10.1.0.1:', '"10.1.0.4:').replace('"http://10.1.0.1:', '"http://10.1.0.4:')
    for other in (apart, same):
        for path, text in other.items():
            workspace.put(path, Content(text.encode("utf-8")))
        settle(workspace)
    for path in rng.sample(list(apart), len(apart) // 2) + [path for path, text in same.items() if "master2" in path or "master2" in text]:
        workspace.put(path, Missing())
        settle(workspace)
        assert findings(workspace, list(own)) == alone


@pytest.mark.parametrize("seed", range(40))
def test_the_order_does_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    files = {**deployment(rng, f"{ROOT}/a", "10.1.0"), **deployment(rng, f"{ROOT}/a/b", "10.1.0"), **deployment(rng, f"{ROOT}/c", "10.2.0")}
    paths = list(files)
    expected = findings(filled(files, paths), paths)
    for _ in range(3):
        rng.shuffle(paths)
        workspace = filled(files, paths)
        rng.shuffle(paths)
        assert findings(workspace, paths) == expected


@pytest.mark.parametrize("seed", range(40))
def test_edits_end_where_reading_afresh_begins(seed: int) -> None:
    rng = random.Random(seed)
    files = {**deployment(rng, f"{ROOT}/a", "10.1.0"), **deployment(rng, f"{ROOT}/b", "10.1.0"), **deployment(rng, f"{ROOT}/c", "10.2.0")}
    paths = list(files)
    workspace = filled(files, paths)
    findings(workspace, paths)
    for _ in range(CHANGES):
        path = rng.choice(paths)
        text = files[path]
        change = rng.randrange(4)
        if change == 0:
            text = text.replace("10.1.0", "10.2.0") if "10.1.0" in text else text.replace("10.2.0", "10.1.0")
        elif change == 1:
            text = text.replace(tls(1), "") if tls(1) in text else text + tls(1)
        elif change == 2:
            text = text.replace('name = "m2"', 'name = "m1"')
        else:
            text = rng.choice(list(deployment(rng, ROOT, "10.1.0").values()))
        files[path] = text
        workspace.put(path, Content(text.encode("utf-8")))
        # Some files are asked about before all have told what they are, as an editor does.
        findings(workspace, rng.sample(paths, len(paths) // 2))
        settle(workspace)
        assert findings(workspace, paths) == findings(filled(files, paths), paths)


@pytest.mark.parametrize("seed", range(40))
def test_a_script_that_only_starts_components_changes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    files = {path: text for path, text in deployment(rng, f"{ROOT}/a", "10.1.0").items() if path.endswith(".toml")}
    alone = findings(filled(files, list(files)), list(files))
    started = rng.sample(list(files), rng.randint(1, len(files)))
    lines = [f"bin/{'dm-master' if 'dm-master' in path else 'dm-worker'} --config {path[len(ROOT) + 3 :]}" for path in started]
    script = f"{ROOT}/a/run.sh"
    workspace = filled({**files, script: "#!/bin/sh\n" + "\n".join(lines) + "\n"}, [*files, script])
    found = findings(workspace, list(files))
    assert {path: told(one) for path, one in found.items()} == {path: told(one) for path, one in alone.items()}
    assert workspace.snapshot().findings(script) == ()


def told(found: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    return [(f.rule, f.span, f.message, f.args, f.related, f.fixes) for f in found]
