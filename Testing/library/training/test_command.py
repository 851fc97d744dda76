"""`medgansynth train` as a user runs it: in processes of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from MedGANSynthLib import cli
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.training.command import train

TINY = [
    *("--set", "data.phantoms=2", "data.size=[32,32]", "images=8", "objective.pool=0"),
    *("networks.generator.options={width=4,levels=5,dropout=0.0}", "intervals.preview=0"),
]
TRAIN = ["train", "-p", "cyclegan-t1-t2-debug", *TINY]


def train_tiny(out):
    return train(
        preset="cyclegan-t1-t2-debug",
        data=None,
        out=out,
        set=tuple(TINY[1:]),
        strict=False,
        device="cpu",
        dry_run=False,
        events=Events(),
    )


def start(*arguments, launcher=()):
    command = [sys.executable, *launcher, "-m", "MedGANSynthLib", *arguments]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def finish(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def train_listed(folder, events):
    train(
        preset="cyclegan-t1-t2-small-debug",
        data=folder / "data.json",
        out=folder / "run",
        set=(),
        strict=False,
        device="cpu",
        dry_run=False,
        events=events,
    )


def test_one_person_in_two_splits_is_asked_about_before_anything_is_read(tmp_path, monkeypatch):
    for name in ("long01_study1", "long01_study2"):
        (tmp_path / f"{name}.nii").write_bytes(name.encode())
    first, second = (
        [{"subject": name, "t1": f"{name}.nii"}] for name in ("long01_study1", "long01_study2")
    )
    listed = {"modality": {"t1": "", "t2": ""}, "training": first, "validation": second}
    (tmp_path / "data.json").write_text(json.dumps(listed))
    events, said = Events(), []
    monkeypatch.setattr(events, "warning", said.append)
    monkeypatch.setattr("MedGANSynthLib.training.session.train", lambda *arguments: {})
    train_listed(tmp_path, events)
    (sentence,) = said
    assert sentence.startswith("long01_study1 is in training and long01_study2 in validation")


def test_one_image_as_two_modalities_is_refused_as_the_data_check_refuses_it(tmp_path):
    (tmp_path / "a.nii").write_bytes(b"one")
    listed = {
        "modality": {"t1": "", "t2": ""},
        "training": [{"subject": "a", "t1": "a.nii", "t2": "a.nii"}],
    }
    (tmp_path / "data.json").write_text(json.dumps(listed))
    with pytest.raises(MedGANSynthError, match="a: its t1 and its t2 are the same file"):
        train_listed(tmp_path, Events())
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_closed_terminal_saves(tmp_path):
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under `nohup`
    process = start(*TRAIN, "images=100000", "-o", str(tmp_path / "run"), "--progress", "json")
    signal.signal(signal.SIGHUP, before)
    for line in process.stdout:
        if json.loads(line)["event"] == "metric":
            break
    process.send_signal(signal.SIGHUP)
    process.stdout.close()
    process.stderr.close()
    assert process.wait(timeout=300) == 0
    (ended,) = [
        event
        for event in map(json.loads, (tmp_path / "run" / "events.jsonl").read_text().splitlines())
        if event["event"] == "ended"
    ]
    assert ended["stopped"] and not (tmp_path / "run" / "lock").exists()
    saved = load_restricted(tmp_path / "run" / "checkpoints" / "last.pt")
    assert saved["seen"] == ended["images"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_sigterm_saves_and_the_same_command_resumes(tmp_path):
    long = [*TRAIN, "images=100000", "-o", str(tmp_path / "run"), "--progress", "json"]
    process = start(*long)
    for line in process.stdout:
        if json.loads(line)["event"] == "metric":
            break
    process.send_signal(signal.SIGTERM)
    code, out, err = finish(process)
    assert code == 0, err
    result = json.loads(out.splitlines()[-1])["result"]
    assert result["stopped"]
    assert load_restricted(tmp_path / "run" / "checkpoints" / "last.pt")["seen"] == result["images"]
    assert not (tmp_path / "run" / "lock").exists()

    end = result["images"] + 4
    shorter = [*long[:-4], f"images={end}", *long[-4:]]
    code, out, err = finish(start(*shorter))
    assert code == 0, err
    assert json.loads(out.splitlines()[-1])["result"]["trained"] == 4


def test_two_ranks_and_then_one_train_what_one_rank_trains(tmp_path):
    """torchrun over gloo, resumed alone; equal up to the order of the sums."""
    options = [*TRAIN, "intervals.metrics=4", "objective.pool=2"]
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    for folder, images, launcher in (("one", 8, ()), ("two", 4, torchrun), ("two", 8, ())):
        command = [*options, f"images={images}", "-o", str(tmp_path / folder)]
        code, _, err = finish(start(*command, launcher=launcher))
        assert code == 0, err
    one, two = (load_restricted(tmp_path / n / "checkpoints" / "last.pt") for n in ("one", "two"))
    for name, weights in one["system"]["networks"].items():
        for key, value in weights.items():
            torch.testing.assert_close(
                value, two["system"]["networks"][name][key], atol=2e-4, rtol=1e-3
            )
    metrics = [(tmp_path / n / "metrics.csv").read_text().splitlines() for n in ("one", "two")]
    assert metrics[0][0] == metrics[1][0]
    for rows in zip(*metrics, strict=True):
        for a, b in zip(*(row.split(",") for row in rows), strict=True):
            assert a == b or float(a) == pytest.approx(float(b), rel=1e-3)


def test_what_can_be_known_is_refused_before_torch_is_imported(tmp_path):
    busy, mine, begun = (tmp_path / name for name in ("busy", "mine", "begun"))
    for folder in (busy, mine, begun):
        folder.mkdir()
    (busy / "lock").write_text(str(os.getpid()))
    (mine / "notes.txt").write_text("mine")
    (begun / "checkpoints").mkdir()
    (begun / "config.json").write_text('{"batch": 99}')
    (tmp_path / "list.json").write_text('{"modality": {"t1": ""}, "training": [{"subject": "a"}]}')
    for arguments, told in (
        (["-o", str(busy)], "is training there"),
        (["-o", str(mine)], "is no Run"),
        (["-o", str(begun)], "other settings"),
        (["-o", str(tmp_path / "x"), "--data", str(tmp_path / "list.json")], "a has no image"),
    ):
        code = (
            "import sys; from MedGANSynthLib import cli\n"
            f"code = cli.main({[*TRAIN, *arguments]})\n"
            "sys.exit(99 if 'torch' in sys.modules else code)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 1 and told in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "x").exists()


def test_unusable_data_are_told_once_and_leave_nothing(tmp_path, capsys):
    (tmp_path / "a.nii").write_text("no image")
    listed = {"modality": {"t1": ""}, "training": [{"subject": "a", "t1": "a.nii"}]}
    (tmp_path / "list.json").write_text(json.dumps(listed))
    data = ["--data", str(tmp_path / "list.json"), "-o", str(tmp_path / "run")]
    assert cli.main([*TRAIN, *data, "--progress", "json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines if line["event"] != "progress"] == ["error"]
    assert "a.nii: is not an image" in lines[-1]["text"]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"out": None}, "give the Run folder with -o"),
        ({"preset": "cyclegan"}, "no such preset"),
        ({"data": Path("no.json")}, "no.json: no such data list"),
        ({"device": "cuda:7"}, "no such device here"),
        ({"device": "abacus"}, "unknown device"),
        ({"strict": True}, 'unknown key "strict"'),
    ],
)
def test_refusals_are_one_sentence(tmp_path, change, sentence):
    plain = {
        "preset": "cyclegan-t1-t2-debug",
        "data": None,
        "out": tmp_path / "run",
        "set": (),
        "strict": False,
        "device": "cpu",
        "dry_run": False,
    }
    with pytest.raises(MedGANSynthError, match=sentence) as caught:
        train(**plain | change, events=Events())
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name == "nt", reason="/dev/full")
def test_a_disk_that_fills_is_told_in_a_sentence(tmp_path):
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "events.jsonl").symlink_to("/dev/full")
    with pytest.raises(MedGANSynthError, match="run: the disk is full; free some space"):
        train_tiny(tmp_path / "run")
    assert not (tmp_path / "run" / "lock").exists()


def test_the_run_says_how_it_began_and_ended(tmp_path):
    train_tiny(tmp_path / "run")
    lines = (tmp_path / "run" / "events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    first, last = events[0], events[-1]
    assert (first["event"], first["process"], first["device"]) == ("started", os.getpid(), "cpu")
    assert (last["event"], last["images"], last["stopped"]) == ("ended", 8, False)
    metric = next(event for event in events if event["event"] == "metric")
    assert metric["memory"] > 10_000_000  # bytes; torch alone takes more
