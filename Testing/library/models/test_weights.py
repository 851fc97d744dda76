"""Crafted weight files are refused by their header or first bytes, at once."""

import json
import struct
import tracemalloc
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.weights import (
    check_shapes,
    read_header,
    read_tensors,
    sha256_file,
    shapes_of,
    write_weights,
)


def craft(path: Path, header: object, data: bytes = bytes(8), length: int | None = None) -> Path:
    """A safetensors file with any header; `length` may lie."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


def entry(start: int, stop: int, shape: list[int], dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def test_header_is_what_safetensors_says(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    tensors = {"a": torch.zeros(2, 3), "b": torch.tensor(7), "c": torch.zeros(0, 4).half()}
    save_file(tensors, path, metadata={"format": "pt"})
    header = read_header(path)
    with safe_open(path, framework="pt") as file:
        assert set(header) == set(file.keys()) == {"a", "b", "c"}
        for key, info in header.items():
            assert list(info.shape) == file.get_slice(key).get_shape()
            assert info.dtype == file.get_slice(key).get_dtype()


def test_round_trip_keeps_views_and_counters(tmp_path: Path) -> None:
    whole = torch.arange(12.0).view(3, 4)
    tensors = {"n.view": whole.t(), "n.same": whole, "n.count": torch.tensor(5), "m.x": whole}
    write_weights(tmp_path / "w.safetensors", tensors)
    back = read_tensors(tmp_path / "w.safetensors", "n.")
    assert set(back) == {"view", "same", "count"}
    assert torch.equal(back["view"], whole.t())
    assert back["count"] == 5 and back["count"].dtype == torch.int64


@pytest.mark.parametrize(
    ("header", "data", "length"),
    [
        ({"a": entry(0, 8, [2])}, bytes(4), None),  # truncated
        ({"a": entry(0, 8, [2])}, bytes(9), None),  # surplus bytes
        ({"a": entry(0, 8, [2]), "b": entry(4, 12, [2])}, bytes(12), None),  # overlap
        ({"a": entry(0, 4, [1]), "b": entry(8, 12, [1])}, bytes(12), None),  # gap
        ({"a": entry(0, 8, [2]), "b": entry(0, 8, [2])}, bytes(8), None),  # the same bytes twice
        ({"a": entry(0, 8, [3])}, bytes(8), None),  # shape unlike range
        ({"a": entry(8, 0, [2])}, bytes(8), None),  # backwards
        ({"a": entry(0, 8, [-2])}, bytes(8), None),
        ({"a": entry(0, 8, [2**41])}, bytes(8), None),
        ({"a": entry(0, 8, [1] * 9)}, bytes(8), None),
        ({"a": entry(0, 8, [1], "F64")}, bytes(8), None),
        ({"a": entry(0, 8, [2]) | {"_target_": "os.system"}}, bytes(8), None),
        ({"a": {"dtype": "F32", "shape": [2]}}, bytes(8), None),
        ({"a": [0, 8]}, bytes(8), None),
        ({"__metadata__": {"format": "pt"}}, b"", None),  # no tensor
        ({f"t{i}": entry(0, 0, [0]) for i in range(10_001)}, b"", None),
        ([], bytes(8), None),
        (b"{not json}", bytes(8), None),
        (b"\xff\xfe{}", bytes(8), None),
        (b'{"a": 1, "a": 2}', bytes(8), None),
        (b"[" * 200_000, bytes(8), None),  # deep
        ({}, bytes(8), 2**63),
        ({}, bytes(8), 100 * 1024**3),
        ({}, bytes(8), 0),
    ],
)
def test_crafted_headers(tmp_path: Path, header: object, data: bytes, length: int | None) -> None:
    path = craft(tmp_path / "weights.safetensors", header, data, length)
    tracemalloc.start()
    with pytest.raises(MedGANSynthError):
        read_header(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 100])
def test_truncated_anywhere(tmp_path: Path, size: int) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"a": torch.zeros(100)}, path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(MedGANSynthError, match=r"truncated|not a safetensors"):
        read_header(path)


FOREIGN = ["pth", "legacy pth", "pickle", "old pickle", "torchscript", "pt2", "npy", "h5"]


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_files_renamed_to_safetensors(tmp_path: Path, kind: str, foreign) -> None:
    path, canary = tmp_path / "weights.safetensors", tmp_path / "canary"
    foreign(kind, path, canary)
    with pytest.raises(MedGANSynthError, match=r"may hold code|not a safetensors"):
        read_header(path)
    assert not canary.exists()


def test_header_that_begins_like_a_pickle(tmp_path: Path) -> None:
    """A genuine header of 0x280 bytes has a pickle's first two bytes."""
    text = json.dumps({"a": entry(0, 8, [2])}).encode().ljust(0x280)
    assert read_header(craft(tmp_path / "w.safetensors", text))["a"].shape == (2,)


def test_shape_check_needs_no_memory() -> None:
    with torch.device("meta"):
        network = torch.nn.Linear(10**6, 10**6)  # 4 TB
    with pytest.raises(MedGANSynthError) as refused:
        check_shapes(Path("w"), {"weight": (3, 2), "extra": ()}, shapes_of(network))
    assert str(refused.value) == (
        "w: does not fit its architecture: bias is missing; 'extra' is unknown; "
        "weight is 3x2 instead of 1000000x1000000."
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_not_finite(tmp_path: Path, value: float) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"n.a": torch.tensor([1.0, value]), "m.b": torch.ones(1)}, path)
    with pytest.raises(MedGANSynthError, match="NaN or infinite values in a"):
        read_tensors(path, "n.")
    assert torch.equal(read_tensors(path, "m.")["b"], torch.ones(1))
    with pytest.raises(MedGANSynthError, match="not finite"):
        write_weights(path, {"a": torch.tensor([value])})


def test_sha256(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")  # FIPS 180-4, example 1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_file(tmp_path / "f") == expected
