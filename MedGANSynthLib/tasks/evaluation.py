"""Requests that measure results."""

import dataclasses
from pathlib import Path

from .task import DEVICE, Task, field


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluatePaired(Task):
    """Compare synthetic volumes with real ones of the same people."""

    command = "evaluate paired"
    function = "evaluation.paired:evaluate_paired"

    predictions: tuple[Path, ...] = field(
        "synthetic volumes or folders of them (optional with --data and --model)",
        (),
        positional=True,
    )
    targets: tuple[Path, ...] = field("real volumes, same order or same file names", ())
    masks: tuple[Path, ...] = field("brain masks, likewise", ())
    data: Path | None = field("data list that names inputs, targets and masks", None)
    split: str = field("split of the data list to judge on", "validation")
    source: str = field("modality of the data list that goes in", "t1")
    target: str = field("modality of the data list that is compared with", "t2")
    mask: str = field("key of the mask in the data list", "mask")
    model: str | None = field("translate the split with this model and judge the result", None)
    direction: str | None = field("one of the model's directions", None)
    strip: bool = field("blank everything outside the mask before translating", False)
    baselines: bool = field("put identity, inversion, look-up table and trees beside", False)
    device: str = field(DEVICE, "auto")
    seed: int = field("seed of the bootstrap and of the trees", 0)
    out: Path | None = field("folder for cases.csv and summary.json", None, short="-o")
    overwrite: bool = field("replace an existing result", False)
