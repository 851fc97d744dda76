"""`medgansynth models list, show, verify, add, remove`, as typed requests and from the shell."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from MedGANSynthLib import cli, tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.package import open_package, write_package


def names() -> list[tuple[str, str]]:
    rows = tasks.run(tasks.ModelsList())["rows"]
    return [(row["name"], row["origin"]) for row in rows]


def test_add_list_show_verify_remove(tiny: Path, catalogue_folders) -> None:
    assert names() == []
    added = tasks.run(tasks.ModelsAdd(package=tiny))
    assert names() == [("tiny", "user")]
    [target] = map(Path, added["outputs"])
    assert target == catalogue_folders[1] / "tiny"
    assert {p.name: p.read_bytes() for p in target.iterdir()} == {
        p.name: p.read_bytes() for p in tiny.iterdir()
    }
    assert open_package("tiny").folder == target
    shown = tasks.run(tasks.ModelsShow(model="tiny"))
    assert shown["text"].startswith("# A tiny model")
    assert shown["manifest"]["weights_sha256"] == open_package(tiny).sha256
    verified = tasks.run(tasks.ModelsVerify(model="tiny"))
    assert [row["check"] for row in verified["rows"]] == ["loads and runs"] * 2
    tasks.run(tasks.ModelsRemove(name="tiny"))
    assert names() == []
    assert not target.exists()
    assert tiny.exists()


def test_add_a_zip_and_leave_foreign_files_behind(tmp_path: Path, tiny: Path, catalogue_folders):
    (tiny / "evil.py").write_text("1/0")
    archive = shutil.make_archive(str(tmp_path / "a"), "zip", tiny)
    tasks.run(tasks.ModelsAdd(package=Path(archive)))
    found = sorted(p.name for p in (catalogue_folders[1] / "tiny").iterdir())
    assert found == ["MODEL_CARD.md", "model.json", "preview.png", "weights.safetensors"]
    assert tasks.run(tasks.ModelsShow(model=archive))["manifest"]["name"] == "tiny"


def test_add_twice_needs_overwrite(tmp_path: Path, tiny: Path, manifest, states, replace) -> None:
    tasks.run(tasks.ModelsAdd(package=tiny))
    newer = replace(manifest, version="2.0")
    write_package(tmp_path / "newer", newer, states)
    with pytest.raises(MedGANSynthError, match="another with --name, or pass --overwrite"):
        tasks.run(tasks.ModelsAdd(package=tmp_path / "newer"))
    assert open_package("tiny").manifest.version == "1.0"
    tasks.run(tasks.ModelsAdd(package=tmp_path / "newer", overwrite=True))
    assert open_package("tiny").manifest.version == "2.0"


def test_add_under_another_name(tiny: Path, catalogue_folders) -> None:
    tasks.run(tasks.ModelsAdd(package=tiny))
    tasks.run(tasks.ModelsAdd(package=tiny, name="twin"))
    assert names() == [("tiny", "user"), ("twin", "user")]
    copy = open_package("twin")
    assert copy.manifest.name == "twin" and copy.sha256 == open_package("tiny").sha256
    assert "`twin`" in (copy.folder / "MODEL_CARD.md").read_text()
    assert open_package(tiny).manifest.name == "tiny"
    with pytest.raises(MedGANSynthError, match="--name"):
        tasks.run(tasks.ModelsAdd(package=tiny, name="../twin"))


def test_name_of_a_shipped_model_is_refused(tiny: Path, catalogue_folders) -> None:
    shutil.copytree(tiny, catalogue_folders[0] / "tiny")
    for overwrite in (False, True):
        with pytest.raises(MedGANSynthError, match="is taken by the model in"):
            tasks.run(tasks.ModelsAdd(package=tiny, overwrite=overwrite))
    with pytest.raises(MedGANSynthError, match="ships with MedGANSynth and stays"):
        tasks.run(tasks.ModelsRemove(name="tiny"))
    assert names() == [("tiny", "shipped")]


def test_damaged_package_is_not_added(tiny: Path, catalogue_folders) -> None:
    raw = bytearray((tiny / "weights.safetensors").read_bytes())
    raw[-1] ^= 1
    (tiny / "weights.safetensors").write_bytes(raw)
    with pytest.raises(MedGANSynthError, match="SHA-256"):
        tasks.run(tasks.ModelsAdd(package=tiny))
    assert names() == []


def test_unknown_names(tmp_path: Path) -> None:
    for task in (
        tasks.ModelsShow(model="nobody"),
        tasks.ModelsVerify(model="nobody"),
        tasks.ModelsAdd(package=tmp_path / "nobody"),
        tasks.ModelsRemove(name="nobody"),
        tasks.ModelsRemove(name="../tiny"),
    ):
        with pytest.raises(MedGANSynthError, match=r"nobody|tiny"):
            tasks.run(task)


def test_broken_package_can_be_removed(tiny: Path, catalogue_folders, edit) -> None:
    shutil.copytree(tiny, catalogue_folders[1] / "mine")
    edit(catalogue_folders[1] / "mine", lambda m: m.update(format=7))
    tasks.run(tasks.ModelsRemove(name="mine"))
    assert names() == []


def test_from_the_shell(tiny: Path, capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["models", "verify", str(tiny), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["architecture"] == "unet-small"
    (tiny / "weights.safetensors").write_bytes(b"PK\x03\x04" + bytes(100))
    assert cli.main(["models", "verify", str(tiny)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "PyTorch or TorchScript archive" in error


@pytest.mark.parametrize("verb", ["show", "verify", "add", "bundle"])
def test_junk_is_refused_before_torch_is_imported(tmp_path: Path, verb: str) -> None:
    (tmp_path / "junk.zip").write_bytes(b"junk")
    (tmp_path / "empty").mkdir()
    for junk in ("junk.zip", "empty", "nobody"):
        out = ["-o", str(tmp_path / "out")] if verb == "bundle" else []
        code = (
            "import sys; from MedGANSynthLib import cli\n"
            f"code = cli.main({['models', verb, str(tmp_path / junk), *out]})\n"
            "sys.exit(99 if 'torch' in sys.modules else code)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr


def test_list_imports_the_standard_library_only(tiny: Path, catalogue_folders) -> None:
    """No numpy, no torch; and no socket is opened."""
    tasks.run(tasks.ModelsAdd(package=tiny))
    code = (
        "import socket, sys; socket.socket = None\n"
        "from MedGANSynthLib import cli\n"
        "assert cli.main(['models', 'list', '--json']) == 0\n"
        "print([m for m in ('numpy', 'torch', 'monai', 'nibabel') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert '"name": "tiny"' in done.stdout


@pytest.mark.parametrize("closed_as", ["read-only", "file"])
def test_where_no_model_can_be_added(tiny: Path, catalogue_folders, closed, closed_as) -> None:
    own = catalogue_folders[1]
    if closed_as == "file":
        own.write_text("")
    else:
        own.mkdir()
        closed(own)
        own.chmod(0o555)
    do = r"make that folder writable, or name another one in the variable MEDGANSYNTH_MODELS\.$"
    with pytest.raises(MedGANSynthError, match=f"^{own / 'tiny'}: (no perm|cannot).*; {do}"):
        tasks.run(tasks.ModelsAdd(package=tiny))
