"""Requests that train, and what training starts from."""

import dataclasses
from pathlib import Path

from .task import DEVICE, Task, field

PRESET = "preset name or a TOML file"
DATA = "data list (JSON); without it the built-in phantom is used"
SET = "override a setting, such as optimizer.generator.lr=1e-4"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Train(Task):
    """Train a preset on a data list; the same command again resumes."""

    command = "train"
    function = "training.command:train"

    preset: str = field(PRESET, short="-p")
    data: Path | None = field(DATA, None)
    out: Path | None = field("the Run folder to write or resume", None, short="-o")
    set: tuple[str, ...] = field(SET, (), metavar="KEY=VALUE")
    strict: bool = field("refuse incomplete cases (data.strict) instead of leaving them out", False)
    device: str = field(DEVICE, "auto")
    dry_run: bool = field("print the resolved config and the networks' sizes, then stop", False)


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataCheck(Task):
    """Look at the data of a training before it starts, and estimate what it will cost."""

    command = "data check"
    function = "training.precheck:check_data"

    preset: str = field(PRESET, short="-p")
    data: Path | None = field(DATA, None)
    out: Path | None = field("the Run folder that is going to be written", None, short="-o")
    set: tuple[str, ...] = field(SET, (), metavar="KEY=VALUE")
    device: str = field(DEVICE, "auto")


@dataclasses.dataclass(frozen=True, kw_only=True)
class PresetsList(Task):
    """List the presets."""

    command = "presets list"
    function = "training.config:list_presets"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PresetsShow(Task):
    """Show one preset as commented TOML."""

    command = "presets show"
    function = "training.config:show_preset"

    name: str = field("preset name", positional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class MakeDatalist(Task):
    """Write a data list from folders, a BIDS tree, a CSV file, simulations or phantoms."""

    command = "datalist"
    function = "data.build:make_datalist"

    out: Path = field("data list to write (JSON)", short="-o")
    folder: tuple[str, ...] = field(
        "MODALITY=DIR, once for each modality", (), metavar="MODALITY=DIR"
    )
    bids: Path | None = field(
        "BIDS tree, or a flat folder of files named SUBJECT_SUFFIX.nii.gz", None
    )
    modality: tuple[str, ...] = field(
        "with --bids: MODALITY=SUFFIX, such as t1=T1w", (), metavar="MODALITY=SUFFIX"
    )
    subject: str = field(
        "with --folder or --bids: what names the person in a file name, such as '^([A-Z]+[0-9]+)_'",
        "",
        metavar="REGEX",
    )
    csv: Path | None = field("CSV with the columns subject and one per modality", None)
    root: Path | None = field(
        "folder that the CSV's paths are relative to (default: the CSV's own)", None
    )
    phantom: int = field("write this many procedural head phantoms beside the list", 0)
    simulate: Path | None = field(
        "folder of FreeSurfer label maps; t1, t2, flair, fa, md and pet are simulated of each", None
    )
    spacing: float | None = field("with --simulate: voxel side in mm, 2 or more (default: 4)", None)
    validation: float = field("share of the people for validation", 0.15)
    test: float = field("share of the people for testing", 0.0)
    split: Path | None = field(
        'split file in place of shares: JSON {"training": [subjects], "validation": [...]}', None
    )
    seed: int = field("seed of the split and of the phantoms", 0)
    overwrite: bool = field("replace an existing list and phantoms", False)
