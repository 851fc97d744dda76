"""One command line of every Task, in an order in which they feed each other, all of it tiny.

    python all_commands.py FOLDER

runs them in that folder and stops at the first that fails.
"""

import itertools
import json
import os
import shlex
import sys
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK as sitk
import torch

from MedGANSynthLib import cli
from MedGANSynthLib.data.cine_phantom import heart_phantom
from MedGANSynthLib.networks.registry import build_network

LINES = """
datalist --phantom 4 --validation 0.5 -o data.json
presets list
presets show cyclegan-t1-t2-debug
data check -p cyclegan-t1-t2-debug --data data.json
train -p cyclegan-t1-t2-debug -o run --device cpu --set images=8 workers=1 intervals.preview=0 \
    objective.pool=0 data.phantoms=2 data.size=[32,32] \
    networks.generator.options={width=4,levels=5,dropout=0.0}
models export run -o package --name mine --checkpoint last
models add package
models list
models show mine
models verify mine
models bundle mine -o bundle
models import there.pth --architecture resnet_9blocks -o imported --name theirs
models import-alpha-wgan G.pth --encoder E.pth -o imported-alpha --name alpha --modality t1 \
    --spacing 1 1 1 --crop 64 64 40
translate phantoms/sub-phantom0000_t1.nii.gz -m t1-t2-brain -o t2.nii.gz --device cpu
provenance t2.nii.gz
export-dicom t2.nii.gz -o dicom
evaluate paired --data data.json --split validation --model mine --device cpu -o paired
evaluate lesion --model mine --data data.json --split validation --source t1 --target t2 \
    --radius 8 --count 1 --device cpu -o lesions
models quality mine --evaluation paired -o measured
models remove mine
train -p dcgan-slices-debug -o slices-run --device cpu --set data.phantoms=2
models export slices-run -o slices --name slices --checkpoint last
generate -m slices -n 4 --seed 1 -o generated --device cpu
generate -m slices -n 3 --seed 1 --to-seed 2 -o walk --device cpu
evaluate walk walk
evaluate distribution generated --real people --training others -o sets
evaluate memorisation generated --training people --held-out others -o copies
cine warp --images frames --masks masks -o cycles --frames 6 --side 32
cine measure cycles
experiment compare --images 4 --size 16 --width 2 --batch 4 --networks dcgan-slices --loss gan \
    --set data.phantoms=6 data.blank=0.05 --device cpu -o compare
experiment ablate --preset scgan-debug --variant "3D U-Net, L1" --seeds 1 --images 1 \
    --set data.phantoms=2 --device cpu -o ablate
experiment augmentation --data labelled.json --synthetic pairs.json --size 16 --steps 1 --batch 2 \
    --width 2 --seeds 1 --device cpu -o augmentation
study sizes
study demo -o demo --cases 8
study prepare --real people --synthetic others -o study --catch 0 --practice 0 --seed 1
study audit study --key study-key.json
study progress demo/study
study analyse demo/study --key demo/study-key.json
study report demo/study --key demo/study-key.json -o report
doctor
""".replace("\\\n", "")
COMMANDS = [shlex.split(line) for line in LINES.strip().splitlines()]


def prepare(folder: Path) -> None:
    """The files that the commands do not make themselves."""
    draws = np.random.default_rng(0)
    for name in ("people", "others"):
        (folder / name).mkdir()
        for number in range(12):
            voxels = draws.uniform(0, 900, (16, 16, 4)).astype(np.float32)
            image = nibabel.Nifti1Image(voxels, np.diag([3.0, 3.0, 3.0, 1.0]))
            nibabel.save(image, folder / name / f"{name}-{number}.nii.gz")
    _write_networks(folder)
    _write_frames(folder)
    _write_labelled(folder, draws)


def _write_networks(folder: Path) -> None:
    """State dicts of a CycleGAN generator and of an alpha-WGAN, with the published names."""
    state = build_network("resnet", {"width": 4}, "resnet").state_dict()
    torch.save(state, folder / "there.pth")
    widths = [16, 8, 4, 2, 1]
    generator = {"tp_conv1.weight": torch.randn(6, 16, 4, 4, 4)}
    encoder = {"conv5.weight": torch.randn(6, 16, 4, 4, 4), "conv5.bias": torch.zeros(6)}
    for n, (before, after) in enumerate(itertools.pairwise(widths)):
        generator[f"tp_conv{n + 2}.weight"] = torch.randn(after, before, 3, 3, 3)
    for n, (before, after) in enumerate(zip([1, 2, 4, 8], [2, 4, 8, 16], strict=True)):
        encoder[f"conv{n + 1}.weight"] = torch.randn(after, before, 4, 4, 4)
        encoder[f"conv{n + 1}.bias"] = torch.zeros(after)
    torch.save(generator, folder / "G.pth")
    torch.save(encoder, folder / "E.pth")


def _write_frames(folder: Path) -> None:
    """Frames of two people with Sunnybrook names, and the left ventricle's masks."""
    beat = heart_phantom(0, side=32)
    area = beat["mask"].array.sum((0, 1, 2))
    kinds = {"frames": beat["cine"].array, "masks": beat["mask"].array.astype(bool) * 255}
    for kind, array in kinds.items():
        (folder / kind).mkdir()
        for number, phase in ((60, area.argmax()), (48, area.argmin())):
            frame = np.ascontiguousarray(array[:, :, 0, phase].T)
            frame = (255 * (frame / max(frame.max(), 1))).astype(np.uint8)
            for person in ("SC-A-01", "SC-B-02"):
                name = f"{person}-IM-0001-{number:04d}.dcm.png"
                sitk.WriteImage(sitk.GetImageFromArray(frame), str(folder / kind / name))


def _write_labelled(folder: Path, draws: np.random.Generator) -> None:
    """Two data lists of bright squares and where they are."""
    for name, people in (("labelled", 4), ("pairs", 8)):
        content = {"modality": {"image": "", "label": ""}, "training": [], "test": []}
        for number in range(people):
            label = np.zeros((16, 16, 3), np.float32)
            i, j = draws.integers(1, 8, 2)
            label[i : i + 6, j : j + 6] = 1
            arrays = {"image": 100 * label + draws.uniform(0, 50, label.shape), "label": label}
            paths = {kind: f"{name}{number}-{kind}.nii.gz" for kind in arrays}
            for kind, array in arrays.items():
                image = nibabel.Nifti1Image(array.astype(np.float32), np.diag([2.0, 2, 8, 1]))
                nibabel.save(image, folder / paths[kind])
            split = "test" if name == "labelled" and number > 1 else "training"
            content[split].append({"subject": f"{name}{number}"} | paths)
        (folder / f"{name}.json").write_text(json.dumps(content))


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    os.environ["MEDGANSYNTH_MODELS"] = str(folder / "models")
    prepare(Path())
    for command in COMMANDS:
        if code := cli.main(command):
            sys.exit(f"medgansynth {shlex.join(command)}: exit code {code}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
