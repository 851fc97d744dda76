"""Masks of segmentations and ROIs on a volume's grid, in world space."""

import numpy as np
import pytest
import slicer
import vtk
from MedGANSynthPanels.errors import PanelError
from MedGANSynthPanels.geometry import ijk_to_world
from MedGANSynthPanels.restriction import Restriction

GRID = (12, 10, 6)


@pytest.fixture
def node(volume):
    return volume("T1", np.zeros(GRID[::-1], np.int16))


@pytest.fixture
def box():
    mask = np.zeros(GRID[::-1], bool)
    mask[1:4, 2:7, 3:9] = True
    return mask


def mask_of(restriction, volume):
    return Restriction(restriction).mask(GRID, ijk_to_world(volume))


def test_a_segmentation_on_the_volumes_grid(segmentation, node, box):
    made = segmentation(node, a=box)
    np.testing.assert_array_equal(mask_of(made, node), box)
    assert Restriction(made).kind == "segmentation"


def test_visible_segments_count(segmentation, node, box):
    other = np.zeros_like(box)
    other[5, 9, 11] = True
    overlapping = np.roll(box, 1, axis=2)
    made = segmentation(node, a=box, b=other, c=overlapping)
    np.testing.assert_array_equal(mask_of(made, node), box | other | overlapping)
    made.GetDisplayNode().SetSegmentVisibility("c", False)
    np.testing.assert_array_equal(mask_of(made, node), box | other)
    for name in "ab":
        made.GetDisplayNode().SetSegmentVisibility(name, False)
    text = "tumour holds no voxel of the volume in a segment that is shown; hidden segments do not"
    with pytest.raises(PanelError, match=text):
        mask_of(made, node)


def test_no_hidden_segment_is_blamed_where_none_is(segmentation, node, box):
    text = "tumour holds no voxel of the volume; draw it over the volume"
    with pytest.raises(PanelError, match=text):
        mask_of(segmentation(node, a=np.zeros_like(box)), node)


def test_parent_transforms_of_both_count(segmentation, node, box, transform):
    """The volume moves by two voxels along i, the segmentation by one along j."""
    made = segmentation(node, a=box)
    axes = ijk_to_world(node)[:3, :3]
    for moved, step in ((node, axes @ (2, 0, 0)), (made, axes @ (0, 1, 0))):
        matrix = np.eye(4)
        matrix[:3, 3] = step
        transform(matrix, moved)
    expected = np.roll(box, (1, -2), axis=(1, 2))
    np.testing.assert_array_equal(mask_of(made, node), expected)


def test_a_closed_surface_is_filled_and_the_node_left_as_it_was(scene, node):
    centre = (ijk_to_world(node) @ (6, 5, 3, 1))[:3]
    sphere = vtk.vtkSphereSource()
    sphere.SetCenter(*centre)
    sphere.SetRadius(4.0)
    sphere.SetThetaResolution(40)
    sphere.SetPhiResolution(40)
    sphere.Update()
    made = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "ball")
    made.SetSourceRepresentationToClosedSurface()
    made.AddSegmentFromClosedSurfaceRepresentation(sphere.GetOutput(), "ball", (1, 0, 0), "ball")
    mask = mask_of(made, node)
    k, j, i = np.nonzero(np.ones(GRID[::-1]))
    places = (ijk_to_world(node) @ np.stack([i, j, k, np.ones_like(i)]))[:3].T
    distance = np.linalg.norm(places - centre, axis=1).reshape(GRID[::-1])
    assert mask[distance < 3.5].all()
    assert not mask[distance > 4.5].any()
    assert not made.GetSegmentation().ContainsRepresentation("Binary labelmap")


def test_a_roi_with_its_faces(scene, node, box, transform):
    """A box turned as the volume is, its faces through voxel centres."""
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    roi.SetSize(5 * 1.5, 4 * 1.0, 2 * 4.0)
    affine = ijk_to_world(node)
    turn = np.eye(4)
    turn[:3, :3] = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0) * (1, 1, -1)
    turn[:3, 3] = (affine @ (5.5, 4, 2, 1))[:3]
    roi.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(turn))
    np.testing.assert_array_equal(mask_of(roi, node), box)
    assert Restriction(roi).kind == "roi"
    matrix = np.eye(4)
    matrix[:3, 3] = affine[:3, :3] @ (1, 0, 0)
    transform(matrix, roi)
    np.testing.assert_array_equal(mask_of(roi, node), np.roll(box, 1, axis=2))


def test_a_restriction_that_was_deleted(scene, node):
    roi = scene.AddNewNodeByClass("vtkMRMLMarkupsROINode", "box")
    restriction = Restriction(roi)
    scene.RemoveNode(roi)
    with pytest.raises(PanelError, match="box is not in the scene"):
        restriction.mask(GRID, ijk_to_world(node))


def test_a_mask_volume_on_any_grid(scene, node, volume, box):
    same = volume("mask", box.astype(np.uint8) * 3)
    np.testing.assert_array_equal(mask_of(same, node), box)
    assert Restriction(same).kind == "mask"
    # Every second voxel of a grid twice as fine lies where the volume's own voxels lie.
    fine = volume("fine", np.kron(box, np.ones((2, 2, 2))).astype(np.uint8))
    matrix = np.eye(4)
    fine.GetIJKToRASMatrix(grid := vtk.vtkMatrix4x4())
    matrix[:] = slicer.util.arrayFromVTKMatrix(grid)
    matrix[:3, :3] /= 2
    matrix[:3, 3] -= matrix[:3, :3].sum(axis=1) * 0.4
    fine.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix))
    np.testing.assert_array_equal(mask_of(fine, node), box)


def test_a_mask_volume_ends_at_its_edge(scene, node, volume):
    from MedGANSynthPanels.restriction import covered

    part = volume("part", np.ones((6, 10, 5), np.uint8))
    expected = np.zeros(GRID[::-1], bool)
    expected[:, :, :5] = True
    np.testing.assert_array_equal(mask_of(part, node), expected)
    np.testing.assert_array_equal(covered(part, GRID, ijk_to_world(node)), expected)
