"""From what the user named to cases: inputs, and the file that each becomes."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ..data.discover import parse_pairs
from ..errors import MedGANSynthError
from ..models.manifest import Direction
from ..volume.marks import bare_name, image_suffix, sidecar_path
from ..wording import counted
from .together import refuse_same_file, refuse_several_people

_HEADERS = (".nhdr", ".mhd")


@dataclasses.dataclass(frozen=True)
class Case:
    """One translation.

    Attributes:
        name: what people call it: the first input's file name.
        inputs: one path for each input of the direction.
        out: the volume to write.
    """

    name: str
    inputs: tuple[Path, ...]
    out: Path

    def map_path(self, name: str) -> Path:
        """Where the uncertainty map `name` goes: `<out>_<name>` with the same suffix."""
        return self.out.with_name(f"{bare_name(self.out)}_{name}{image_suffix(self.out)}")


def plan(
    inputs: Sequence[Path], named: Sequence[str], direction: Direction, out: Path
) -> list[Case]:
    """The cases of one command.

    One case goes to `out` itself when that is named like an image; otherwise `out` is a folder and
    outputs are called `<input>_synthetic-<modality>.nii.gz`.

    Args:
        inputs: volumes, DICOM folders, or folders of either.
        named: "MODALITY=FILE", for directions with several inputs.

    Raises:
        MedGANSynthError: nothing to do, a format that is not written, a missing or unknown
            modality, inputs of several people, two cases with one output, an output that is an
            input.
    """
    if named:
        if inputs:
            raise MedGANSynthError("give either volumes or --input NAME=FILE, not both.")
        sets = [_by_modality(named, direction)]
    else:
        if len(direction.inputs) != 1:
            wanted = " ".join(f"{port.modality}=FILE" for port in direction.inputs)
            raise MedGANSynthError(f"the model wants several volumes; give --input {wanted}.")
        sets = [(path,) for given in inputs for path in expand(given)]
    if not sets:
        raise MedGANSynthError("no volume to translate; name one.")
    single = bool(image_suffix(out))
    if not single and out.suffix[1:].isalpha() and not out.is_dir():
        raise MedGANSynthError(
            f"{out}: a volume is written as .nii.gz, .nii, .nrrd or .mha; name one of them, or "
            "make a folder of that name first."
        )
    if single and len(sets) > 1:
        raise MedGANSynthError(
            f"{out}: is one file, but there are {len(sets)} inputs; name a folder."
        )
    cases = []
    for paths in sets:
        name = f"{bare_name(paths[0])}_synthetic-{direction.output.modality}.nii.gz"
        cases.append(Case(paths[0].name, paths, out if single else out / name))
    _refuse_collisions(cases)
    return cases


def expand(path: Path) -> list[Path]:
    """The volumes that a path stands for, in the order of their names.

    A folder stands for the volumes in it, without those that are ours; one without volumes is a
    DICOM series if it holds files, and otherwise stands for its subfolders.
    """
    if not path.is_dir():
        return [path]
    entries = _entries(path)
    volumes = _volumes(entries)
    if volumes:
        return [p for p in volumes if not sidecar_path(p).exists()]
    folders = [p for p in entries if p.is_dir() and not _leads_up(p)]
    if any(p.is_file() for p in entries) or not folders:
        return [path]
    return [volume for folder in folders for volume in expand(folder)]


def left_out(path: Path, out: Path) -> str | None:
    """What of a folder of volumes `expand` passes over, the results' folder aside; None: nothing.

    Files that are no volumes are not told.
    """
    entries = _entries(path) if path.is_dir() else []
    links = sum(p.is_symlink() and not p.exists() for p in entries)
    folders = sum(p.is_dir() and p.resolve() != out.resolve() for p in entries)
    told = [
        counted(count, noun)
        for count, noun in (
            (links, "link that leads nowhere"),
            (folders if _volumes(entries) else 0, "subfolder"),
        )
        if count
    ]
    return f"{path}: left out: {' and '.join(told)}." if told else None


def _entries(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if not p.name.startswith("."))


def _volumes(entries: Sequence[Path]) -> list[Path]:
    return [p for p in entries if p.is_file() and _looks_like_volume(p)]


def _leads_up(folder: Path) -> bool:
    """Whether it is a link to a folder that it lies in, whose volumes would be found twice."""
    above = folder.parent.resolve()
    return folder.is_symlink() and folder.resolve() in (above, *above.parents)


def _looks_like_volume(path: Path) -> bool:
    return bool(image_suffix(path)) or path.suffix.lower() in _HEADERS


def _by_modality(named: Sequence[str], direction: Direction) -> tuple[Path, ...]:
    given = {name: Path(file) for name, file in parse_pairs(tuple(named), "--input").items()}
    wanted = [port.modality for port in direction.inputs]
    for modality in given:
        if modality not in wanted:
            raise MedGANSynthError(
                f"--input {modality}: the model takes no {modality}, but {', '.join(wanted)}."
            )
    missing = [modality for modality in wanted if modality not in given]
    if missing:
        raise MedGANSynthError(
            f"--input: {' and '.join(missing)} missing; the model wants {', '.join(wanted)}."
        )
    ordered = {modality: given[modality] for modality in wanted}
    refuse_several_people(ordered)
    refuse_same_file(ordered)
    return tuple(ordered.values())


def _refuse_collisions(cases: Sequence[Case]) -> None:
    outputs: dict[str, Case] = {}
    sources = {path.resolve() for case in cases for path in case.inputs}
    for case in cases:
        out = case.out.resolve()
        if out in sources:
            raise MedGANSynthError(f"{case.out}: is an input; choose another name for the output.")
        same = str(out).casefold()  # where small letters and capitals are the same to the system
        if same in outputs:
            raise MedGANSynthError(
                f"{case.inputs[0]} and {outputs[same].inputs[0]} would both become {out.name}; "
                "translate them into two folders."
            )
        outputs[same] = case


def take_shard(cases: Sequence[Case], text: str) -> list[Case]:
    """Part I of N, counted from 1: every N-th case, so that parts are about equally long."""
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise MedGANSynthError(f"--shard {text}: must be I/N with I from 1 to N, such as 3/16.")
    return list(cases[int(part) - 1 :: int(parts)])
