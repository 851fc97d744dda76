"""Small images with known answers."""

import json

import nibabel as nib
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from MedGANSynthLib.evaluation import regressors


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def head(rng):
    """A smooth target in [0, 1], a noisy prediction of it and an ellipsoid mask, 32x30x26."""
    shape = (32, 30, 26)
    target = gaussian_filter(rng.normal(size=shape), 2)
    target = (target - target.min()) / (target.max() - target.min())
    prediction = target + 0.05 * rng.normal(size=shape)
    grid = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    mask = sum((x / 0.8) ** 2 for x in grid) < 1
    return prediction, target, mask


@pytest.fixture
def few_trees(monkeypatch):
    """Boosted trees that are fitted in a blink."""
    monkeypatch.setattr(
        regressors, "TREES", {**regressors.TREES, "max_iter": 30, "learning_rate": 0.3}
    )


AFFINE = np.diag([1.5, 1.5, 5.0, 1.0])


def person(seed):
    """A smooth "t1", a "t2" that is a curve of it plus detail, and a mask: 28x26x6, 5 mm slices."""
    rng = np.random.default_rng(seed)
    shape = (28, 26, 6)
    smooth = gaussian_filter(rng.normal(size=shape), (1.5, 1.5, 0.5))
    t1 = smooth.ravel().argsort().argsort().reshape(shape) / (smooth.size - 1)
    t2 = 100 + 800 * (1 - 2 * np.abs(t1 - 0.5)) + 20 * rng.normal(size=shape)
    mask = np.zeros(shape, np.uint8)
    mask[4:-4, 4:-4, 1:-1] = 1
    return {"t1": 300 * t1, "t2": t2, "mask": mask}


def save(path, array, affine=AFFINE):
    path.parent.mkdir(parents=True, exist_ok=True)
    dtype = np.uint8 if array.dtype == np.uint8 else np.float32
    nib.save(nib.Nifti1Image(array.astype(dtype), affine), path)
    return path


@pytest.fixture
def files(tmp_path):
    """Folders pred, real and mask with the cases sub-01 and sub-02; pred is 2 * real + noise."""
    for name, seed in (("sub-01", 1), ("sub-02", 2)):
        images = person(seed)
        noise = 30 * np.random.default_rng(seed).normal(size=images["t2"].shape)
        save(tmp_path / "pred" / f"{name}.nii.gz", 2 * images["t2"] + noise)
        save(tmp_path / "real" / f"{name}.nii.gz", images["t2"])
        save(tmp_path / "mask" / f"{name}.nii.gz", images["mask"])
    return tmp_path


@pytest.fixture
def listing(tmp_path):
    """A data list: three training people, two for validation, one of whom has two cases."""
    splits = {"training": ["a", "b", "c"], "validation": ["d", "e", "e"]}
    content = {"modality": {"t1": "", "t2": "", "mask": ""}}
    seed = 0
    for split, people in splits.items():
        content[split] = []
        for subject in people:
            seed += 1
            names = {m: f"{seed}-{m}.nii.gz" for m in ("t1", "t2", "mask")}
            for modality, image in person(seed).items():
                save(tmp_path / names[modality], image)
            content[split].append({"subject": subject, **names})
    path = tmp_path / "list.json"
    path.write_text(json.dumps(content))
    return path


def make_brains(count, seed, ventricle=1.0, side=32):
    """Axial slices of phantoms in [-1, 1], `[count, side, side, 1]`, all drawn from one law."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, side)] * 2, indexing="ij"))
    slices = []
    for _ in range(count):
        x, y = grid - rng.normal(0, 0.03, 2)[:, None, None]
        turn = rng.normal(0, 0.1)
        x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        radius = np.hypot(x / rng.normal(0.75, 0.04), y / rng.normal(0.62, 0.04)) ** 2
        texture = sum(_texture(rng, side, width) for width in (1.2, 4.0))
        image = np.where(radius < 1, rng.normal(1.0, 0.05), 0.0)
        image[radius < 0.8] = rng.normal(0.6, 0.04)
        image += np.where(radius < 1, 0.08 * texture, 0)
        size = rng.normal(0.22, 0.03) * ventricle
        image[((np.abs(x) - 0.2) / (0.6 * size)) ** 2 + (y / size) ** 2 < 1] = 0.15
        image = gaussian_filter(image, 0.5) + rng.normal(0, 0.02, image.shape)
        slices.append(np.clip(image / 0.75 - 1, -1, 1))
    return np.array(slices, np.float32)[..., None]


def _texture(rng, side, width):
    field = gaussian_filter(rng.normal(size=(side, side)), width)
    return field / field.std()


@pytest.fixture(scope="session")
def brains():
    """`make_brains`."""
    return make_brains
