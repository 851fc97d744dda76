"""`make demo`: a phantom's T1 becomes a T2 with the model that ships, is measured and drawn.

Every step but the picture is a command that you can type yourself; it is printed before it runs.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from MedGANSynthLib.volume.picture import write_montage
from MedGANSynthLib.volume.read import read

SEED = 42
OUT = Path("demo")
PERSON = OUT / "phantoms" / f"sub-phantom{SEED:04}"
SYNTHETIC = OUT / "synthetic_t2.nii.gz"
PICTURE = OUT / "t1-to-t2.png"
MEANING = """
What the figures mean, inside the brain, after one affine fit of the intensities:
  rmse_sd_fit        error over the spread of the true T2: 0 is perfect, 1 is one grey everywhere
  ssim_in_plane_fit  likeness of structure in the slices: 1 is equal, 0 unrelated
  psnr_fit           the same error in decibels: the more, the better
  correlation        of the intensities, without the fit: 1 in step, 0 unrelated, -1 reversed
  texture_ratio      power of fine detail over the true T2's: 1 as sharp, less blurred, more noisy
They show that every step runs, not how good the model is: the head is a drawing, unlike the real
heads that the model was trained on, and what it makes of a drawing says nothing about people. For
figures on people whom it never saw: medgansynth models show t1-t2-brain"""
SLICES = (7, 11, 15, 19, 23)  # of 30, from the feet's side


def run(arguments: str) -> None:
    """Run one medgansynth command and end with its exit code if it fails."""
    print(f"\n$ medgansynth {arguments}", flush=True)
    command = [sys.executable, "-m", "MedGANSynthLib", *shlex.split(arguments)]
    if code := subprocess.run(command).returncode:
        sys.exit(code)


def draw() -> None:
    """Rows: the T1 that went in, the synthetic T2, the phantom's true T2."""
    images = [f"{PERSON}_t1.nii.gz", SYNTHETIC, f"{PERSON}_t2.nii.gz"]
    arrays = [read(image).array for image in images]
    rows = [[np.rot90(array[:, :, k]) for k in SLICES] for array in arrays]
    write_montage(PICTURE, rows, zoom=2)


def show() -> None:
    """Open the picture where there is a display."""
    if sys.platform == "darwin":
        opener = "open"
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        opener = "xdg-open"
    else:
        return
    if shutil.which(opener):
        subprocess.Popen([opener, PICTURE], stderr=subprocess.DEVNULL)


def main() -> None:
    """Make a phantom, translate it, measure the result, draw it."""
    os.chdir(Path(__file__).resolve().parents[1])
    run(f"datalist --phantom 1 --seed {SEED} --validation 0 -o {OUT}/phantom.json --overwrite")
    run(f"translate {PERSON}_t1.nii.gz --model t1-t2-brain -o {SYNTHETIC} --overwrite")
    run(
        f"evaluate paired {SYNTHETIC} --targets {PERSON}_t2.nii.gz --masks {PERSON}_mask.nii.gz "
        f"-o {OUT}/evaluation --overwrite"
    )
    draw()
    print(
        f"{MEANING}\n\n"
        f"The picture: {PICTURE.resolve()}\n"
        "Rows from the top: the T1 that went in, the synthetic T2, the phantom's true T2."
    )
    show()


if __name__ == "__main__":
    main()
