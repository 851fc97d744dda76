"""`model.json`: what is refused, and that no mutation of it crashes or runs anything."""

import copy
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from MedGANSynthLib import schema
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.manifest import Manifest
from MedGANSynthLib.models.package import open_package


def test_round_trip(tiny: Path) -> None:
    plain = json.loads((tiny / "model.json").read_text())
    assert schema.to_dict(schema.from_dict(Manifest, plain, "model.json")) == plain


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m.update(_target_="os.system"), 'unknown key "_target_"'),
        (lambda m: m["networks"]["forward"].update(_target_="os.system"), "networks.forward"),
        (lambda m: m["networks"]["forward"]["options"].update(hook="x"), 'unknown key "hook"'),
        (lambda m: m["networks"]["forward"]["options"].update(in_channels="$exit()"), "whole numb"),
        (lambda m: m["networks"]["forward"]["options"].update({"$import os": 1}), "letters"),
        (lambda m: m["networks"]["forward"]["options"].update({"\ud800": 1}), "options.? must"),
        (lambda m: m.update(name="../escape"), "name must be letters"),
        (lambda m: m.update(title="\x1b[2J"), "title must not hold control characters"),
        (lambda m: m.update(title="\ud800"), "title must not hold control characters"),
        (lambda m: m.update(name="a" * 65), "name must be letters"),
        (lambda m: m.update(format=2), "format must be one of 1"),
        (lambda m: m.update(version=1.0), "version must be a text"),
        (lambda m: m.pop("licence"), "licence is missing"),
        (lambda m: m.update(networks={}), "networks must have 1 to 16"),
        (lambda m: m.update(directions={}), "at least one direction"),
        (lambda m: m["directions"]["t1-to-t2"].update(network="gone"), "unknown network gone"),
        (lambda m: m["directions"]["t1-to-t2"].update(slices=2), "slices must be odd"),
        (lambda m: m["directions"]["t1-to-t2"].update(slices=99), "slices must lie between"),
        (lambda m: m["directions"]["t1-to-t2"].update(mirror=1), "mirror is for a 3D network"),
        (lambda m: m["directions"]["t1-to-t2"].update(mirror=3), "mirror must lie between"),
        (lambda m: m["grid"].update(multiple=[1e9, 1, 1]), "whole number"),
        (lambda m: m["grid"].update(orientation="RAL"), "three axis codes"),
        (lambda m: m.update(limits="x" * 20_001), "0 to 20000 items"),
        (lambda m: m.update(weights_sha256="0" * 63), "64 hexadecimal"),
    ],
)
def test_wrong_keys_are_named(tiny: Path, edit, change: Callable, sentence: str) -> None:
    edit(tiny, change)
    with pytest.raises(MedGANSynthError) as refused:
        package = open_package(tiny)
        package.load_network("forward")
    assert sentence in str(refused.value)
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"a": NaN}',
        "[" * 10_000,
        '{"a":' * 10_000,
        '{"format": 1, "format": 1}',
        " " * 10_000_000,
        "\x00",
    ],
)
def test_hostile_text(tiny: Path, text: str) -> None:
    (tiny / "model.json").write_text(text)
    started = time.monotonic()
    with pytest.raises(MedGANSynthError):
        open_package(tiny)
    assert time.monotonic() - started < 1


HOSTILE = [
    None,
    True,
    -1,
    0,
    10**30,
    1e308,
    "",
    "$__import__('pathlib').Path('canary').touch()",
    "__import__('pathlib').Path('canary').touch()",
    "../../etc/passwd",
    "\ud800",
    "x" * 50_000,
    [],
    [[[[]]]],
    {},
    {"_target_": "pathlib.Path.touch", "self": "canary"},
    {"": {"": {}}},
    [1] * 500,
]


def mutate(node: object, draw: random.Random) -> object:
    """Change one random place of a JSON tree: replace, remove, rename or add."""
    if isinstance(node, dict) and node and draw.random() < 0.85:
        key = draw.choice(list(node))
        action = draw.random()
        if action < 0.1:
            del node[key]
        elif action < 0.2:
            node[draw.choice(["_target_", "$", "eval", "\ud800", "x" * 300])] = node[key]
        else:
            node[key] = mutate(node[key], draw)
        return node
    if isinstance(node, list) and node and draw.random() < 0.7:
        index = draw.randrange(len(node))
        node[index] = mutate(node[index], draw)
        return node
    return copy.deepcopy(draw.choice(HOSTILE))


def test_500_mutations_never_crash_nor_run(tiny: Path, tmp_path: Path, monkeypatch) -> None:
    """Every mutation opens and verifies, or is refused with one sentence."""
    monkeypatch.chdir(tmp_path)
    plain = json.loads((tiny / "model.json").read_text())
    draw = random.Random(7)
    refused = 0
    for _ in range(500):
        mutated = copy.deepcopy(plain)
        for _ in range(draw.randint(1, 3)):
            mutated = mutate(mutated, draw)
        (tiny / "model.json").write_text(json.dumps(mutated))
        try:
            open_package(tiny).verify()
        except MedGANSynthError as error:
            refused += 1
            assert "\n" not in str(error)
            str(error).encode()  # printable anywhere
        assert not (tmp_path / "canary").exists()
    assert 400 < refused < 500
