"""The anatomy of the phantom: implicit surfaces of a head, different for every seed.

Coordinates are RAS millimetres from the middle of the brain. A surface is a function that is
negative inside and about the distance in millimetres near the surface; `Anatomy.outside`
and `Anatomy.inside` list the tissues that are painted one over the other.
"""

import itertools
from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from .mr_signal import Tissue

Points = tuple[np.ndarray, np.ndarray, np.ndarray]
Layers = Iterator[tuple[Tissue, np.ndarray]]

_NOISE_SIZE = 64
_NOISE_STEP = 2.5  # mm; the noise repeats after 160 mm
_FOLD_RADIUS = 70.0  # mm, radius of the sphere on which the folding pattern is laid out


class Anatomy:
    """One person's head.

    Args:
        seed: the person. Size, proportions, tilt, folding, depth and width of the sulci, size of
            the ventricles and thickness of skull and scalp follow from it.
    """

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng([seed, 0])
        self.size = np.clip(rng.normal(1.0, 0.03), 0.93, 1.06) * np.clip(
            rng.normal(1.0, [0.02, 0.02, 0.02]), 0.96, 1.04
        )
        self.rotation = _rotation(np.deg2rad(rng.normal(0.0, [4.0, 2.0, 2.0])))
        self.warp_phase = rng.uniform(0, 2 * np.pi, (3, 2)).astype(np.float32)
        self.ventricles = float(np.exp(rng.normal(0.0, 0.25)))
        self.sulcus = rng.uniform(0.4, 1.0)  # mm, half the width
        self.fold_depth = rng.uniform(15.0, 20.0)
        self.cortex = rng.uniform(2.5, 3.3)
        self.csf = rng.uniform(1.0, 2.5)
        self.skull = rng.uniform(5.0, 7.0)
        self.scalp = rng.uniform(4.5, 7.0)
        self.folds = _fold_distance(_noise(rng, (4.1, 5.8)))
        self.texture = _noise(rng, (4.0, 12.0))

    def points(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Points:
        """Scanner coordinates (RAS mm, broadcastable) to the anatomy's own."""
        (ax, bx), (ay, by), (az, bz) = self.warp_phase
        moved = (
            x + 1.5 * np.sin(y / 23 + ax) * np.cos(z / 27 + bx),
            y + 1.5 * np.sin(z / 25 + ay) * np.cos(x / 29 + by),
            z + 1.5 * np.sin(x / 21 + az) * np.cos(y / 31 + bz),
        )
        return tuple(
            sum(np.float32(r) * m for r, m in zip(row, moved, strict=True)) / np.float32(s)
            for row, s in zip(self.rotation, self.size, strict=True)
        )

    def surfaces(self, points: Points) -> np.ndarray:
        """Surfaces of cerebrum, cerebellum, brain stem and the skull's inside, `[4, *points]`."""
        brain, cerebellum, stem = _cerebrum(points), _cerebellum(points), _stem(points)
        cranium = _union(_union(brain, cerebellum, 14.0), stem + 1.0, 8.0) - self.csf
        return np.stack([brain, cerebellum, stem, cranium])

    def texture_at(self, points: Points) -> np.ndarray:
        """Smooth variation inside the tissues, mean 0 and standard deviation about 1."""
        return self._noise_at(self.texture, points)

    def outside(self, points: Points, surfaces: np.ndarray, blur: float) -> Layers:
        """Tissues outside the brain from the skin inwards, each painting over the ones before.

        Args:
            points: from `points`.
            surfaces: from `surfaces`, at the same points.
            blur: width in mm over which a boundary passes from 0 to 1 (partial volume).

        Yields:
            A tissue and its coverage of every point in [0, 1].
        """
        x, y, z = points
        mirrored = (np.abs(x), y, z)
        skull = surfaces[3] - self.skull
        face = _union(
            _ellipsoid(points, (0, 35, -62), (60, 56, 55)),
            _ellipsoid(points, (0, 90, -58), (13, 15, 20)),
            14.0,
        )
        neck = _ellipsoid(points, (0, -32, -110), (58, 62, 80))
        temple = _ellipsoid(mirrored, (57, 26, -28), (18, 30, 30))
        head = _union(_union(skull - self.scalp, face, 18.0), _union(neck, temple, 15.0), 18.0)
        strands = self._noise_at(self.texture, (0.8 * x, 1.4 * y, z))
        yield Tissue.SKIN, _inside(head, blur)
        yield Tissue.FAT, _inside(head + 1.6, blur)
        yield Tissue.MUSCLE, _inside(head + 0.75 * self.scalp + 1.5 * np.abs(strands), blur)
        yield Tissue.FAT, _inside(np.maximum(head + 6.0, 4.0 * (1.1 - strands)), blur)
        yield Tissue.BONE, _inside(np.maximum(head + 8.0, 4.0 * (1.2 + strands)), blur)
        yield Tissue.FAT, _inside(_ellipsoid(mirrored, (32, 56, -36), (18, 27, 17)), blur)
        nerve = _capsule(mirrored, (31, 62, -36), (18, 30, -34), 2.5, 2.5)
        yield Tissue.MUSCLE, _inside(nerve, blur)
        eye = _ellipsoid(mirrored, (32, 72, -36), (12, 12, 12))
        yield Tissue.MUSCLE, _inside(eye - 1.2, blur)
        yield Tissue.EYE, _inside(eye, blur)
        yield Tissue.MUSCLE, _inside(_ellipsoid(mirrored, (32, 80, -36), (4.5, 2, 4.5)), blur)
        cavities = (
            _ellipsoid(mirrored, (6, 58, -58), (5, 34, 20)),  # nose
            _ellipsoid(mirrored, (30, 52, -66), (13, 15, 14)),  # maxillary sinuses
            _ellipsoid(points, (0, 26, -42), (12, 11, 9)),  # sphenoid sinus
            _capsule(mirrored, (60, -14, -46), (95, -14, -46), 3.5, 3.5),  # ear canals
        )
        yield Tissue.AIR, _inside(np.minimum.reduce(cavities), blur)
        yield Tissue.BONE, _inside(skull, blur)
        marrow = np.maximum(np.abs(skull + 0.5 * self.skull) - 1.1, -18.0 - z)
        yield Tissue.MARROW, _inside(marrow, blur)

    def inside(self, points: Points, surfaces: np.ndarray, blur: float) -> Layers:
        """Tissues inside the skull, as `outside`."""
        brain, cerebellum, stem, cranium = surfaces
        yield Tissue.CSF, _inside(cranium, blur)
        depth = self._pial_depth(points, brain)
        yield Tissue.GREY, _inside(-depth, blur)
        yield Tissue.WHITE, _inside(self.cortex - depth, blur)
        yield Tissue.DEEP_GREY, _inside(_deep_grey(points), blur)
        yield Tissue.WHITE, _inside(stem, blur)
        yield Tissue.CSF, _inside(cerebellum - 1.2, blur)
        folia = self._folia(points)
        yield Tissue.GREY, _inside(np.maximum(cerebellum, 0.4 - folia), blur)
        yield Tissue.WHITE, _inside(np.maximum(cerebellum + 6.0, 2.0 - folia), blur)
        yield Tissue.VENTRICLE, _inside(_ventricles(points, self.ventricles), blur)

    def _pial_depth(self, points: Points, brain: np.ndarray) -> np.ndarray:
        """Depth in mm below the pial surface, which follows every sulcus; negative outside."""
        x, y, z = points
        scaled = [p / r for p, r in zip((x, y, z - 8.0), (0.93, 1.14, 0.85), strict=True)]
        radius = np.sqrt(sum(s * s for s in scaled)) + 1e-3
        # Mostly a pattern on the sphere, so sulci run inwards; a little radial, so they bend.
        stretch = 0.7 * _FOLD_RADIUS / radius + 0.3
        across = self._noise_at(self.folds, tuple(s * stretch for s in scaled)) / stretch
        floor = self.fold_depth + 5.0 * self._noise_at(self.texture, tuple(0.4 * s for s in scaled))
        sulci = np.hypot(across, np.maximum(-brain - floor, 0.0)) - self.sulcus

        wobble = 1.2 * np.sin(y / 19 + self.warp_phase[0, 0])
        centre = np.hypot((y + 4.0) / 44.0, (z - 2.0) / 24.0)
        fissure = np.hypot(x - wobble, np.maximum(1.0 - centre, 0.0) * 30.0) - self.sulcus - 0.4

        side = np.abs(x)
        behind = np.maximum(36.0 - side, 0.0) + np.maximum(np.abs(y - 6.0) - 34.0, 0.0)
        sylvian = np.hypot(z + 11.0 + 0.3 * (y - 6.0), behind) - self.sulcus - 0.8
        return np.minimum(np.minimum(-brain, sulci), np.minimum(fissure, sylvian))

    def _folia(self, points: Points) -> np.ndarray:
        """Distance in mm to the nearest fissure of the cerebellum: sheets around its hilum."""
        x, y, z = points
        back, up = -(y + 24.0), z + 40.0
        turns = np.arctan2(up, back + 0.2 * np.abs(x)) / 0.25
        turns = turns + 0.15 * self._noise_at(self.texture, points)
        return np.abs(turns - np.rint(turns)) * 0.25 * np.maximum(np.hypot(back, up), 4.0)

    def _noise_at(self, cube: np.ndarray, points: Points) -> np.ndarray:
        index = np.stack([np.asarray(p) / _NOISE_STEP for p in points])
        return ndimage.map_coordinates(cube, index, order=1, mode="grid-wrap")


def _inside(distance: np.ndarray, blur: float) -> np.ndarray:
    return np.clip(0.5 - distance / blur, 0.0, 1.0)


def _cerebrum(points: Points) -> np.ndarray:
    x, y, z = points
    egg = x * (1.0 + 0.11 * np.clip(y / 80.0, -1.0, 1.0))
    high = np.where(z > 6.0, z - 6.0, (z - 6.0) * (60.0 / 37.0))
    main = _ellipsoid((egg, y, high), (0, 0, 0), (65, 80, 60))
    mirrored = (np.abs(x), y, z)
    temporal = _ellipsoid(mirrored, (37, 6, -27), (24, 43, 19))
    occipital = _ellipsoid(mirrored, (21, -50, -6), (32, 29, 24))
    return _union(_union(main, temporal, 10.0), occipital, 8.0)


def _cerebellum(points: Points) -> np.ndarray:
    x, y, z = points
    lobes = _ellipsoid((np.abs(x), y, z), (22, -46, -46), (30, 28, 22))
    vermis = _ellipsoid(points, (0, -42, -42), (14, 24, 20))
    return _union(lobes, vermis, 8.0)


def _stem(points: Points) -> np.ndarray:
    upper = _capsule(points, (0, -12, -12), (0, -22, -38), 14.0, 14.0)
    return _union(upper, _capsule(points, (0, -24, -45), (0, -36, -110), 10.5, 7.0), 8.0)


def _deep_grey(points: Points) -> np.ndarray:
    x, y, z = points
    side = np.abs(x)
    thalamus = _ellipsoid((side + 0.25 * (y + 13.0), y, z), (11, -13, 6), (8.5, 14, 9))
    putamen = _ellipsoid((side + 0.22 * (y - 4.0), y, z), (25, 4, 2), (6.5, 16, 11))
    caudate = _capsule((side, y, z), (15, 24, 5), (20, -4, 20), 6.5, 3.5)
    return np.minimum(np.minimum(thalamus, putamen), caudate)


def _ventricles(points: Points, scale: float) -> np.ndarray:
    x, y, z = points
    mirrored = (np.abs(x), y, z)
    route = [
        ((6.0, 31.0, 4.0), 3.5),
        ((9.0, 14.0, 15.0), 5.5),
        ((12.0, -14.0, 21.0), 5.5),
        ((24.0, -38.0, 9.0), 6.5),
    ]
    horns = [((22.0, -60.0, 3.0), 2.5), ((31.0, -14.0, -20.0), 2.5)]
    legs = [*itertools.pairwise(route), *((route[-1], horn) for horn in horns)]
    lateral = [_capsule(mirrored, a, b, ra * scale, rb * scale) for (a, ra), (b, rb) in legs]
    third = _ellipsoid(points, (0, -6, -1), (2.2 * scale, 13, 9))
    fourth = _ellipsoid(points, (0, -34, -38), (7 * scale, 4.5, 9))
    return np.minimum.reduce([*lateral, third, fourth])


def _ellipsoid(points: Points, centre: tuple, radii: tuple) -> np.ndarray:
    """First-order distance to an ellipsoid: its level over the level's slope."""
    squares = [((p - c) / r) ** 2 for p, c, r in zip(points, centre, radii, strict=True)]
    level = np.sqrt(squares[0] + squares[1] + squares[2])
    a, b, c = (1.0 / (r * r) for r in radii)
    slope = np.sqrt(a * squares[0] + b * squares[1] + c * squares[2])
    return level * (level - 1.0) / (slope + 1e-6)


def _capsule(points: Points, start: tuple, end: tuple, r0: float, r1: float) -> np.ndarray:
    """Distance to a line segment with a radius that changes from `r0` to `r1`."""
    way = np.subtract(end, start).astype(np.float32)
    offset = [p - np.float32(s) for p, s in zip(points, start, strict=True)]
    along = sum(o * w for o, w in zip(offset, way, strict=True)) / np.float32(way @ way)
    along = np.clip(along, 0.0, 1.0)
    rest = sum((o - along * w) ** 2 for o, w in zip(offset, way, strict=True))
    return np.sqrt(rest) - (r0 + (r1 - r0) * along)


def _union(a: np.ndarray, b: np.ndarray, round_mm: float) -> np.ndarray:
    """Both bodies, with the crease between them filled over about `round_mm`."""
    near = np.maximum(round_mm - np.abs(a - b), 0.0) / round_mm
    return np.minimum(a, b) - near * near * (round_mm / 4.0)


def _rotation(angles: np.ndarray) -> np.ndarray:
    (sx, sy, sz), (cx, cy, cz) = np.sin(angles), np.cos(angles)
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def _noise(rng: np.random.Generator, sigmas_mm: tuple[float, float]) -> np.ndarray:
    """Periodic noise of unit variance between two scales (difference of Gaussians)."""
    white = rng.standard_normal((_NOISE_SIZE,) * 3, dtype=np.float32)
    fine, coarse = (
        ndimage.gaussian_filter(white, sigma / _NOISE_STEP, mode="wrap") for sigma in sigmas_mm
    )
    return (fine - coarse) / (fine - coarse).std()


def _fold_distance(noise: np.ndarray) -> np.ndarray:
    """About the distance in mm to the noise's zero surfaces: its value over its slope."""
    padded = np.pad(noise, 1, mode="wrap")
    slope = np.sqrt(sum(g * g for g in np.gradient(padded, _NOISE_STEP)))[1:-1, 1:-1, 1:-1]
    return (noise / np.maximum(slope, 0.15 * slope.mean())).astype(np.float32)
