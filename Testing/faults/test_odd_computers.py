"""Computers as they come: no home folder, few letters, closed streams, full disks, long names."""

import os
import resource
import subprocess
import sys

import pytest

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.volume.write import write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX")

COMMAND = [sys.executable, "-m", "MedGANSynthLib"]
NOBODY = """
import os, pwd, sys

def nobody(uid):
    raise KeyError(uid)

pwd.getpwuid = nobody
for name in ("HOME", "USER", "LOGNAME", "MEDGANSYNTH_MODELS"):
    os.environ.pop(name, None)
from MedGANSynthLib import cli
sys.exit(cli.main(sys.argv[1:]))
"""
OTHER_LETTERS = "tête ü 頭"
BYTES = b"caf\xe9.nii"
DUMB = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """The bytes of a small head."""
    path = tmp_path_factory.mktemp("scan") / "t1.nii"
    write(head_phantom(0, (24, 24, 3), (8.0, 8.0, 8.0), ("t1",))["t1"], path)
    return path.read_bytes()


@pytest.fixture
def medgansynth(tmp_path):
    """`medgansynth("models list", **environment)`: the finished process."""

    def run(line, start=COMMAND, **options):
        environment = os.environ | {"MEDGANSYNTH_MODELS": str(tmp_path / "models")}
        options["env"] = environment | options.get("env", {})
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.run([*start, *line.split()], cwd=tmp_path, text=True, **options)

    return run


def refused(done, *words):
    """It ended with one sentence that has these words."""
    assert done.returncode == 1, (done.returncode, done.stderr)
    said = [line for line in done.stderr.splitlines() if line.startswith("medgansynth: ")]
    assert len(said) == 1 and all(word in said[0] for word in words), done.stderr
    assert "internal error" not in done.stderr and "Traceback" not in done.stderr
    return said[0]


def test_an_account_without_a_home(medgansynth, tmp_path):
    """As in a container that runs under any number."""
    done = medgansynth("models list", [sys.executable, "-c", NOBODY], env={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "t1-t2-brain" in done.stdout


@pytest.mark.slow
def test_a_home_that_cannot_be_written(medgansynth, repository):
    shipped = repository / "Resources" / "Models" / "t1-t2-brain"
    home = {"HOME": os.devnull, "MEDGANSYNTH_MODELS": "", "XDG_DATA_HOME": ""}
    assert "t1-t2-brain" in medgansynth("models list", env=home).stdout
    refused(medgansynth(f"models add {shipped} --name x", env=home), "cannot be written")


@pytest.mark.parametrize("environment", [DUMB, {"PYTHONIOENCODING": "cp1252"}], ids=["C", "cp1252"])
def test_a_computer_of_few_letters_prints_the_others_as_escapes(medgansynth, environment):
    done = medgansynth("models show nowhere-頭", env=environment)
    refused(done, "no model of that name", "nowhere-")


@pytest.mark.slow
def test_names_that_are_no_text_are_refused(medgansynth, tmp_path, scan):
    """A name that another computer wrote in Latin-1; ITK would end the process."""
    folder = tmp_path / "scans"
    folder.mkdir()
    with open(os.path.join(os.fsencode(folder), BYTES), "wb") as file:
        file.write(scan)
    out = "-m t1-t2-brain -o out --device cpu"
    refused(medgansynth(f"translate scans {out}"), "caf?.nii", "rename it")
    refused(medgansynth("datalist --folder t1=scans -o list.json --validation 0"), "caf", "rename")
    assert not (tmp_path / "out").exists() and not (tmp_path / "list.json").exists()
    (folder / f"{OTHER_LETTERS}.nii").write_bytes(scan)
    done = medgansynth(f"translate scans {out}")
    assert done.returncode == 1  # one of two cases
    assert [p.name for p in (tmp_path / "out").glob("*.gz")] == [
        f"{OTHER_LETTERS}_synthetic-t2.nii.gz"
    ]


@pytest.mark.parametrize("how", ["", "--json", "--progress json"])
def test_a_full_disk_behind_standard_output(medgansynth, how):
    with open("/dev/full", "w") as full:
        done = medgansynth(f"models list {how}", stdout=full)
    refused(done, "standard output cannot be written to", "No space left on device")


@pytest.mark.parametrize(
    "closed", [pytest.param((n,), marks=pytest.mark.slow) for n in range(3)] + [(0, 1, 2)]
)
def test_closed_streams(medgansynth, tmp_path, closed):
    """As under cron, or of a window without a console."""

    def close():
        for descriptor in closed:
            os.close(descriptor)

    line = "datalist --phantom 2 -o data.json"
    assert medgansynth(line, preexec_fn=close).returncode == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["data.json", "phantoms"]
    assert (tmp_path / "data.json").read_text().startswith("{")


@pytest.mark.slow
def test_few_files_may_be_open(medgansynth, tmp_path, scan):
    (tmp_path / "t1.nii").write_bytes(scan)

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))

    line = "translate t1.nii -m t1-t2-brain -o t2.nii --device cpu"
    assert medgansynth(line, preexec_fn=limit).returncode == 0
    assert (tmp_path / "t2.nii").is_file()


@pytest.mark.slow
def test_a_file_that_may_not_grow(medgansynth, tmp_path, scan):
    """The system refuses the rest of a write that has begun, as a quota does."""
    (tmp_path / "t1.nii").write_bytes(scan)

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    line = "translate t1.nii -m t1-t2-brain -o t2.nii --device cpu"
    refused(medgansynth(line, preexec_fn=limit), "t2.nii: cannot be written")
    assert [path.name for path in tmp_path.iterdir()] == ["t1.nii"]


@pytest.mark.slow
def test_links_in_circles(medgansynth, tmp_path, scan):
    (tmp_path / "scans" / "a").mkdir(parents=True)
    (tmp_path / "scans" / "a" / "t1.nii").write_bytes(scan)
    (tmp_path / "scans" / "a" / "up").symlink_to("..")
    (tmp_path / "scans" / "again").symlink_to(".")
    (tmp_path / "self").symlink_to("self")
    model = "-m t1-t2-brain --device cpu -o"
    refused(medgansynth(f"translate self {model} x.nii"), "self: is a link that leads to itself")
    refused(medgansynth(f"translate scans/a/t1.nii {model} self/x.nii"), "leads to itself")
    refused(medgansynth("models show self"), "no such file")
    assert medgansynth(f"translate scans {model} out").returncode == 0
    assert [path.name for path in (tmp_path / "out").glob("*.gz")] == ["t1_synthetic-t2.nii.gz"]


@pytest.mark.slow
def test_long_names(medgansynth, tmp_path, scan):
    """255 bytes are the most; the sidecar's name has 15 more than the volume's."""
    (tmp_path / "t1.nii").write_bytes(scan)
    model = "translate t1.nii -m t1-t2-brain --device cpu -o"
    fits, too_long = "n" * 236 + ".nii", "n" * 237 + ".nii"
    assert medgansynth(f"{model} {fits}").returncode == 0
    assert sorted(len(path.name) for path in tmp_path.iterdir()) == [6, 240, 255]
    refused(medgansynth(f"{model} {too_long}"), "too long")
    assert sorted(len(path.name) for path in tmp_path.iterdir()) == [6, 240, 255]
