"""A translation lies where its input lies: 48 orientations, oblique and anisotropic grids, in every
format and from node to node. Another library reads where the output lies."""

import itertools

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from scipy.spatial.transform import Rotation

from MedGANSynthLib import tasks

SHAPE, SPACING, ORIGIN = (14, 12, 9), (1.0, 1.2, 1.5), (31.0, -20.5, 10.25)
TOLERANCE_MM = 1e-3
LPS = np.diag([-1.0, -1.0, 1.0])


def scan():
    """Voxels [i, j, k] along R, A, S, none of them alike, and their affine."""
    blob = np.zeros(SHAPE)
    inner = tuple(n - 4 for n in SHAPE)
    draws = np.random.default_rng(0).uniform(100, 900, inner)
    blob[2:-2, 2:-2, 2:-2] = draws
    affine = np.diag([*SPACING, 1.0])
    affine[:3, 3] = ORIGIN
    return blob.astype(np.float32), affine


def turned(axes, flips):
    """The same scan with its voxel axes in another order and direction, and how to get back."""
    array, affine = scan()
    array = array.transpose(axes)
    step = np.eye(4)
    step[:3, :3] = np.eye(3)[:, axes]
    for axis in np.flatnonzero(flips):
        array = np.flip(array, axis)
        flip = np.eye(4)
        flip[axis, axis], flip[axis, 3] = -1, array.shape[axis] - 1
        step = step @ flip

    def back(made):
        return np.flip(made, np.flatnonzero(flips)).transpose(np.argsort(axes))

    return np.ascontiguousarray(array), affine @ step, back


GRIDS = {
    "".join("-+"[not f] + "xyz"[a] for a, f in zip(axes, flips, strict=True)): turned(axes, flips)
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((False, True), repeat=3)
}
TURNED = list(GRIDS)
for name, degrees, spacing in (
    ("oblique", (10, 20, -15), SPACING),
    ("anisotropic", (0, 0, 0), (0.4, 0.4, 5.0)),
    ("both", (-25, 8, 12), (0.4, 0.4, 5.0)),
):
    oblique = scan()[1]
    turn = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    oblique[:3, :3] = turn * spacing
    GRIDS[name] = (scan()[0], oblique, None)
OTHERS = [name for name in GRIDS if name not in TURNED]
STEPS = pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.slow)])


def corners(affine, shape):
    """Of the first to the last voxel, in RAS millimetres."""
    ends = np.array(list(itertools.product(*((0, n - 1) for n in shape))))
    return ends @ affine[:3, :3].T + affine[:3, 3]


def furthest(affine, shape, other, other_shape):
    assert tuple(shape) == tuple(other_shape)
    return np.linalg.norm(corners(affine, shape) - corners(other, shape), axis=1).max()


def write_nibabel(path, array, affine):
    nibabel.save(nibabel.Nifti1Image(array, affine), path)


def read_nibabel(path):
    image = nibabel.load(path)
    return np.asarray(image.dataobj), image.affine


def write_itk(path, array, affine):
    image = sitk.GetImageFromArray(array.transpose(2, 1, 0))
    sizes = np.linalg.norm(affine[:3, :3], axis=0)
    image.SetSpacing(sizes)
    image.SetDirection((LPS @ affine[:3, :3] / sizes).ravel())
    image.SetOrigin(LPS @ affine[:3, 3])
    sitk.WriteImage(image, str(path))


def read_itk(path):
    image = sitk.ReadImage(str(path))
    affine = np.eye(4)
    affine[:3, :3] = LPS @ np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    affine[:3, 3] = LPS @ image.GetOrigin()
    return sitk.GetArrayFromImage(image).transpose(2, 1, 0), affine


@pytest.fixture(scope="module")
def package(tmp_path_factory, untrained):
    """A translator of T1s whose network, untrained, tells left from right and front from back."""
    options = {"in_channels": 1, "out_channels": 1, "widths": [2, 4], "norm": "batch"}
    ports = [{"modality": m, "reference_range": [0.0, 1000.0]} for m in ("t1", "t2")]
    made = untrained(
        tmp_path_factory.mktemp("packages") / "turner",
        {"forward": ("unet-small", options)},
        name="turner",
        system="cyclegan",
        kind="translate",
        directions={"t1-to-t2": {"network": "forward", "inputs": ports[:1], "output": ports[1]}},
        grid={"multiple": [4, 4, 1]},
    )
    return made.folder


def assert_all_lie_right(made, step, record_property, where):
    """`made(name, array, affine)` gives the output's voxels and affine for each of the grids, or
    for every `step`th orientation and the others."""
    distances, contents = {}, {}
    for name in [*TURNED[::step], *OTHERS]:
        array, affine, back = GRIDS[name]
        result, placed = made(name, array, affine)
        distances[name] = furthest(affine, array.shape, placed, result.shape)
        if back is not None:
            contents[name] = back(result)
    first = contents["+x+y+z"]
    assert np.ptp(first) > 1 and not np.allclose(first, first[::-1], atol=1)
    for name, content in contents.items():
        np.testing.assert_allclose(content, first, atol=0.05, err_msg=name)
    assert len(contents) == 48 // step and max(distances.values()) < TOLERANCE_MM
    record_property(
        "figure",
        f"{where}: {len(contents)} of 48 orientations, oblique and anisotropic; at most "
        f"{max(distances.values()):.0e} mm off",
    )


@STEPS
@pytest.mark.parametrize(
    ("suffix", "write", "read"),
    [
        (".nii.gz", write_nibabel, read_nibabel),
        (".nrrd", write_itk, read_itk),
        (".mha", write_itk, read_itk),
    ],
)
def test_files(package, tmp_path, record_property, step, suffix, write, read):
    def made(name, array, affine):
        source, out = tmp_path / f"{name}{suffix}", tmp_path / f"{name}_out{suffix}"
        write(source, array, affine)
        task = tasks.Translate(inputs=(source,), model=str(package), out=out, device="cpu")
        assert tasks.run(task)["outputs"] == [str(out)]
        return read(out)

    assert_all_lie_right(made, step, record_property, suffix)


@STEPS
def test_nodes(package, scene, wait_until, record_property, step):
    import slicer
    import vtk
    from MedGANSynthPanels.process import WorkerClient
    from MedGANSynthPanels.translation import Translation

    worker = WorkerClient()

    def made(name, array, affine):
        voxels = np.ascontiguousarray(array.transpose(2, 1, 0))
        run = Translation(worker)
        run.start(slicer.util.addVolumeFromArray(voxels, affine, name), str(package), device="cpu")
        wait_until(lambda: not run.open, 300)
        (result,) = run.results
        placed = vtk.vtkMatrix4x4()
        result.GetIJKToRASMatrix(placed)
        return slicer.util.arrayFromVolume(result).transpose(2, 1, 0), (
            slicer.util.arrayFromVTKMatrix(placed)
        )

    try:
        assert_all_lie_right(made, step, record_property, "MRML")
    finally:
        worker.stop()
