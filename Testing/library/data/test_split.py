import json
from collections import Counter

import pytest

from MedGANSynthLib.data.split import by_file, by_share
from MedGANSynthLib.errors import MedGANSynthError

PEOPLE = [f"sub-{i:02}" for i in range(20)]


def test_shares_are_counted_in_people():
    counts = Counter(by_share(PEOPLE, 0.15, 0.1, seed=0).values())
    assert counts == {"training": 15, "validation": 3, "test": 2}


def test_the_split_depends_on_seed_and_names_only():
    one = by_share(PEOPLE, 0.3, 0.0, seed=0)
    assert by_share(PEOPLE[::-1] + PEOPLE, 0.3, 0.0, seed=0) == one
    assert by_share(PEOPLE, 0.3, 0.0, seed=1) != one


def test_the_split_of_known_names_never_changes():
    """Frozen: sha256 of "0 a", "0 b", "0 c" orders these people on every system."""
    made = by_share("abc", 0.3, 0.0, seed=0)
    assert made == {"a": "training", "b": "validation", "c": "training"}


def test_a_small_share_gives_one_person():
    assert Counter(by_share(PEOPLE[:3], 0.01, 0.0, seed=0).values())["validation"] == 1


@pytest.mark.parametrize(
    ("people", "validation", "test", "sentence"),
    [
        (PEOPLE, 1.0, 0.0, "--validation must be at least 0 and below 1, not 1"),
        (PEOPLE, 0.1, -0.5, "--test must be at least 0"),
        (PEOPLE, 0.5, 0.5, "20 people are too few for 10 in validation and 10 in test"),
        (["a"], 0.15, 0.0, "1 person is too few"),
    ],
)
def test_bad_shares_are_refused(people, validation, test, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        by_share(people, validation, test, seed=0)


def split_file(path, **content):
    path.write_text(json.dumps(content))
    return path


def test_split_file(tmp_path):
    path = split_file(tmp_path / "s.json", training=["a", "b"], validation=["c"])
    assert by_file("abcd", path) == {"a": "training", "b": "training", "c": "validation"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"training": ["a"], "test": ["a"]}, "a is named in training and again in test"),
        ({"training": ["z"]}, "training names z, of whom no image was found"),
        ({"training": ["a"], "val": ["b"]}, 'unknown key "val"'),
        ({"validation": ["b"]}, "the key training is missing"),
    ],
)
def test_bad_split_file_is_refused(tmp_path, content, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        by_file("ab", split_file(tmp_path / "s.json", **content))
