import csv
import json

import nibabel as nib
import numpy as np
import pytest
import torch

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.experiments.arms import make_arms, pca_pairs
from MedGANSynthLib.experiments.segmentation import Classical, segment, train_segmenter


def discs(count, seed, side=32):
    """A bright disc of random place and size on a noisy ground, and where it is."""
    rng = np.random.default_rng(seed)
    grid = np.indices((side, side))
    images, labels = [], []
    for _ in range(count):
        centre, radius = rng.uniform(10, side - 10, 2), rng.uniform(4, 8)
        disc = np.hypot(*(grid - centre[:, None, None])) < radius
        images.append(np.clip(0.8 * disc - 0.6 + rng.normal(0, 0.15, disc.shape), -1, 1))
        labels.append(disc)
    return np.array(images, np.float32), np.array(labels, np.int64)


@pytest.fixture
def listing(tmp_path):
    """Four people to train on and three to test on, three slices each."""
    content = {"modality": {"image": "", "label": ""}, "training": [], "test": []}
    for number in range(7):
        images, labels = discs(3, number)
        names = {"image": f"{number}.nii.gz", "label": f"{number}-label.nii.gz"}
        for name, array in (("image", 100 * (images + 2)), ("label", labels)):
            stack = np.moveaxis(array, 0, 2).astype(np.float32)
            nib.save(nib.Nifti1Image(stack, np.diag([2.0, 2, 8, 1])), tmp_path / names[name])
        split = "training" if number < 4 else "test"
        content[split].append({"subject": f"p{number}"} | names)
    (tmp_path / "list.json").write_text(json.dumps(content))
    return tmp_path / "list.json"


def run(listing, **options):
    given = {"size": 32, "steps": 3, "batch": 2, "width": 2, "seeds": 2, "device": "cpu"}
    given |= {"data": listing, "out": listing.parent / "result"}
    return tasks.run(tasks.ExperimentAugmentation(**(given | options)))


def test_a_network_learns_to_find_discs():
    images, labels = discs(24, 0)
    settings = {"classes": 1, "width": 6, "batch": 6, "seed": 0, "device": torch.device("cpu")}
    network = train_segmenter(images, labels, steps=80, **settings)
    fresh, truth = discs(8, 1)
    found = segment(network, fresh, torch.device("cpu")) == 1
    assert 2 * (found & (truth == 1)).sum() / (found.sum() + truth.sum()) > 0.8
    short = [train_segmenter(images, labels, steps=2, **settings) for _ in range(2)]
    for one, other in zip(*(n.state_dict().values() for n in short), strict=True):
        assert torch.equal(one, other)


def test_classical_augmentation_moves_both_alike():
    _, labels = discs(16, 0)
    x, y = torch.from_numpy(2.0 * labels - 1).float()[:, None], torch.from_numpy(labels)[:, None]
    augment = Classical(0)
    augment.CONTRAST = augment.BRIGHTNESS = augment.NOISE = 0.0
    moved, mask = augment(x, y)
    assert ((moved > 0) == (mask > 0)).float().mean() > 0.98
    assert ((mask > 0) != (y > 0)).float().mean() > 0.02
    assert set(mask.unique().tolist()) <= {0, 1}


def test_arms_have_the_stated_mixtures():
    images, labels = discs(10, 0)
    arms = make_arms(images, labels, lambda n: discs(n, 5), 1, 0)
    assert {arm.name: len(arm.images) for arm in arms} == {
        "real": 10, "real + classical": 10, "real + synthetic x0.5": 15, "real + synthetic x1": 20,
        "real + synthetic x2": 30, "synthetic only": 10, "real + PCA x1": 20,
    }  # fmt: skip
    assert not any((a == b).all() for a in arms[5].images for b in images)
    assert [arm.name for arm in make_arms(images, labels, None, 1, 0)] == [
        "real", "real + classical", "real + PCA x1",
    ]  # fmt: skip


def test_pca_pairs_fit_together():
    images, labels = discs(200, 0)
    made, found = pca_pairs(images, labels, 50, 1, 0)
    pairs = [(i, m) for i, m in zip(made, found, strict=True) if m.any()]
    inside = np.mean([image[label > 0].mean() for image, label in pairs])
    outside = np.mean([image[label == 0].mean() for image, label in pairs])
    assert len(pairs) > 40
    assert inside > outside + 0.3
    assert set(np.unique(found)) <= {0, 1}


def test_all_arms_and_seeds_of_pairs_from_a_list(listing, tmp_path):
    pairs = {"modality": {"image": "", "label": ""}, "training": []}
    for number in range(8):
        images, labels = discs(3, 100 + number)
        names = {"image": f"s{number}.nii.gz", "label": f"s{number}-label.nii.gz"}
        for name, array in (("image", images), ("label", labels)):
            stack = np.moveaxis(array, 0, 2).astype(np.float32)
            nib.save(nib.Nifti1Image(stack, np.diag([2.0, 2, 8, 1])), tmp_path / names[name])
        pairs["training"].append({"subject": f"s{number}"} | names)
    (tmp_path / "pairs.json").write_text(json.dumps(pairs))
    result = run(listing, synthetic=tmp_path / "pairs.json")
    rows = list(csv.DictReader((tmp_path / "result" / "people.csv").open()))
    assert len(rows) == 7 * 2 * 3  # arms, seeds, people
    assert [row["arm"] for row in result["rows"]][2] == "real + synthetic x0.5"
    dice = [r for r in result["comparisons"] if r["figure"] == "dice"]
    assert len(dice) == 6 and all(r["p_holm"] >= r["p"] >= 0.25 for r in dice)
    assert result["text"].startswith("Against real alone, on 3 people: class 1, real + synthetic")
    assert (tmp_path / "result" / "report.html").read_text().count("data:image/png") == 7
    few = {**pairs, "training": pairs["training"][:2]}
    (tmp_path / "few.json").write_text(json.dumps(few))
    with pytest.raises(MedGANSynthError, match="has 6 labelled slices; 24 are needed"):
        run(listing, synthetic=tmp_path / "few.json", overwrite=True)


def test_a_generator_of_labelled_slices(listing, tmp_path):
    run_folder = tmp_path / "run"
    train = tasks.Train(
        preset="dcgan-labelled-slices-debug",
        data=listing,
        out=run_folder,
        set=("data.modality=image",),
        device="cpu",
    )
    tasks.run(train)
    tasks.run(tasks.ModelsExport(run=run_folder, out=tmp_path / "package", name="both"))
    result = run(listing, model=str(tmp_path / "package"), seeds=1)
    assert result["conditions"]["synthetic pairs"] == "both"
    assert {row["arm"] for row in result["people"]} >= {"synthetic only", "real + synthetic x2"}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"model": "m", "synthetic": "s"}, "give --model or --synthetic"),
        ({"steps": 0}, "must be positive"),
        ({"size": 48}, "--size: size 48 must be a power of two"),
        ({"label": "mask"}, "p0 has no mask"),
    ],
)
def test_refused_requests(listing, options, problem):
    with pytest.raises(MedGANSynthError, match=problem):
        run(listing, **options)
