"""What is free, in the files that Linux keeps of it."""

from MedGANSynthLib.machine import _allowed


def group(folder, limit, used, cached, names=("memory.max", "memory.current")):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {cached}\n")


def test_every_group_above_a_process_counts(tmp_path):
    """As a SLURM job sees it: a limit on the job, none on its step."""
    groups, own = tmp_path / "groups", tmp_path / "own"
    own.write_text("0::/job/step\n")
    group(groups / "job" / "step", "max", 50, 0)
    group(groups / "job", 1000, 400, 100)
    group(groups, 5000, 1000, 0)
    assert _allowed(own, groups) == [1000 - 400 + 100, 5000 - 1000]


def test_groups_of_version_1(tmp_path):
    groups, own = tmp_path / "groups", tmp_path / "own"
    own.write_text("5:cpu,cpuacct:/a\n4:memory:/a\n")
    names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    group(groups / "memory" / "a", 900, 300, 0, names)
    assert _allowed(own, groups) == [600]


def test_a_container_that_sees_its_own_group_as_the_root(tmp_path):
    groups, own = tmp_path / "groups", tmp_path / "own"
    own.write_text("0::/nowhere/to/be/seen\n")
    group(groups, 800, 200, 0)
    assert _allowed(own, groups) == [600]
    assert _allowed(tmp_path / "missing", groups) == []
