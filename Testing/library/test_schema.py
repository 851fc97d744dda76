import dataclasses
import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.schema import (
    Length,
    Name,
    Range,
    from_dict,
    parse_json,
    parse_toml,
    read_json,
    read_text,
    read_toml,
    to_dict,
)


@dataclasses.dataclass(frozen=True)
class Inner:
    rate: Annotated[float, Range(0.0, 1.0)]
    sizes: Annotated[tuple[int, ...], Length(1, 3)] = (1,)


@dataclasses.dataclass(frozen=True)
class Outer:
    name: Name
    inner: Inner
    mode: Literal["slow", "fast"] = "slow"
    pair: tuple[int, str] = (1, "a")
    where: Path | None = None
    many: dict[Name, Inner] = dataclasses.field(default_factory=dict)
    value: int | str | None = None
    on: bool = False

    def __post_init__(self) -> None:
        if self.mode == "fast" and self.on:
            raise ValueError("cannot be fast and on")


GOOD = {
    "name": "a-1",
    "inner": {"rate": 0.5, "sizes": [1, 2]},
    "mode": "fast",
    "pair": [3, "b"],
    "where": "x/y",
    "many": {"one": {"rate": 1}},
    "value": "v",
}


def test_from_dict_and_back():
    made = from_dict(Outer, GOOD, "f")
    assert made.inner == Inner(0.5, (1, 2))
    assert made.many == {"one": Inner(1.0)}
    assert type(made.many["one"].rate) is float
    assert made.where == Path("x/y")
    assert from_dict(Outer, to_dict(made), "f") == made
    assert from_dict(Outer, json.loads(json.dumps(to_dict(made))), "f") == made


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"colour": 1}, 'f: unknown key "colour"; known here: inner, many, mode'),
        ({"inner": {"rate": 0.5, "x": 1}}, 'f: unknown key "inner.x"; known here: rate, sizes'),
        ({"inner": {}}, "f: the key inner.rate is missing; add it"),
        ({"inner": {"rate": 1.5}}, "f: inner.rate must lie between 0 and 1, not 1.5"),
        ({"inner": {"rate": True}}, "f: inner.rate must be a number, not true or false"),
        ({"inner": {"rate": "1"}}, "f: inner.rate must be a number, not a text"),
        ({"inner": {"rate": 10**400}}, "f: inner.rate must be a finite number"),
        ({"inner": {"rate": math.nan}}, "f: inner.rate must lie between 0 and 1, not nan"),
        ({"inner": {"rate": math.inf}}, "f: inner.rate must lie between 0 and 1, not inf"),
        ({"name": math.nan}, "f: name must be a text, not a number"),
        ({"inner": [1]}, "f: inner must be a table, not a list"),
        ({"inner": {"rate": 0.1, "sizes": []}}, "f: inner.sizes must have 1 to 3 items, not 0"),
        ({"inner": {"rate": 0.1, "sizes": [1, 2.5]}}, r"f: inner.sizes\[1\] must be a whole"),
        ({"pair": [1]}, "f: pair must have 2 items, not 1"),
        ({"mode": "warp"}, 'f: mode must be one of "slow", "fast", not "warp"'),
        ({"name": "../x"}, "f: name must be letters, digits"),
        ({"name": "a" * 65}, "f: name must be letters, digits"),
        ({"name": "a\n"}, "f: name must be letters, digits"),
        ({"many": {"a b": {"rate": 1}}}, "f: many.a b must be letters, digits"),
        ({"value": 1.5}, "f: value must be a whole number or a text or nothing, not a number"),
        ({"on": 1}, "f: on must be true or false, not a whole number"),
        ({"on": True}, "f: cannot be fast and on"),
    ],
)
def test_each_fault_is_one_sentence_with_the_keys_path(change, sentence):
    with pytest.raises(MedGANSynthError, match=sentence) as refused:
        from_dict(Outer, GOOD | change, "f")
    assert "\n" not in str(refused.value)


def test_literal_does_not_take_true_for_one():
    @dataclasses.dataclass(frozen=True)
    class Versioned:
        format: Literal[1]

    assert from_dict(Versioned, {"format": 1}, "f").format == 1
    with pytest.raises(MedGANSynthError, match="format must be one of 1, not true"):
        from_dict(Versioned, {"format": True}, "f")


def test_deep_nesting_is_refused():
    with pytest.raises(MedGANSynthError, match="nested too deeply"):
        parse_json("[" * 200_000, "f")
    with pytest.raises(MedGANSynthError, match=r"nested too deeply|not valid TOML"):
        parse_toml("a = " + "[" * 200_000, "f")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"a": NaN}', "NaN is not allowed"),
        ('{"a": -Infinity}', "-Infinity is not allowed"),
        ('{"a": 1, "a": 2}', 'the key "a" occurs twice'),
        ('{"a": 1', "not valid JSON"),
        ("", "not valid JSON"),
    ],
)
def test_json_beyond_the_standard_is_refused(text, sentence):
    with pytest.raises(MedGANSynthError, match=sentence):
        parse_json(text, "f")


def test_files(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert read_json(Outer, path) == from_dict(Outer, GOOD, "f")
    (tmp_path / "a.toml").write_text('name = "a"\n[inner]\nrate = 1\n')
    assert read_toml(Outer, tmp_path / "a.toml").inner == Inner(1.0)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    for bad, sentence in (
        ("b.json", "not a UTF-8"),
        ("no.json", "cannot be read"),
        (".", "cannot"),
    ):
        with pytest.raises(MedGANSynthError, match=sentence):
            read_text(tmp_path / bad)
    with pytest.raises(MedGANSynthError, match="larger than 10 bytes"):
        read_text(path, max_bytes=10)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
KEYS = st.sampled_from(["name", "inner", "mode", "pair", "where", "many", "value", "on", "rate"])


@settings(max_examples=100)
@given(st.dictionaries(KEYS, JSON_VALUES))
def test_any_value_is_converted_or_refused_in_one_sentence(data: dict[str, Any]):
    try:
        made = from_dict(Outer, GOOD | data, "f")
    except MedGANSynthError as error:
        assert str(error).startswith("f: ")
    else:
        assert from_dict(Outer, to_dict(made), "f") == made


@settings(max_examples=200)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin1")))
def test_any_text_is_parsed_or_refused(text: str):
    for parse in (parse_json, parse_toml):
        try:
            parse(text, "f")
        except MedGANSynthError as error:
            assert str(error).startswith("f: ")


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject):
    text = json.dumps(GOOD)
    at = data.draw(st.integers(0, len(text) - 1))
    mutated = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 5)) :]
    try:
        from_dict(Outer, parse_json(mutated, "f"), "f")
    except MedGANSynthError as error:
        assert str(error).startswith("f: ")
