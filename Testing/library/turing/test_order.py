from collections import Counter
from itertools import groupby

import pytest

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.turing import order


def cases(real, synthetic):
    names = [f"r{n:03}" for n in range(real)], [f"s{n:03}" for n in range(synthetic)]
    return dict.fromkeys(names[0], "real") | dict.fromkeys(names[1], "synthetic")


def positions(sequence):
    where = {}
    for number, item in enumerate(sequence):
        where.setdefault(item, []).append(number)
    return where


@pytest.mark.parametrize("reader", ["reader-1", "reader-2", "reader-3"])
def test_the_rules_of_an_order(reader):
    classes = cases(50, 50)
    catch = {"c1": "synthetic", "c2": "synthetic"}
    sequence = order.arrange(classes, 16, catch, seed=3, reader=reader)
    assert len(sequence) == 118
    where = positions(sequence)
    assert sorted(Counter(map(len, where.values())).items()) == [(1, 86), (2, 16)]
    assert min(w[1] - w[0] for w in where.values() if len(w) == 2) >= 15
    runs = [len(list(g)) for _, g in groupby((classes | catch)[i] for i in sequence)]
    assert max(runs) <= 4
    repeated = Counter(classes[i] for i, w in where.items() if len(w) == 2)
    assert repeated == {"real": 8, "synthetic": 8}


def test_each_quarter_is_balanced():
    classes = cases(40, 40)
    sequence = order.arrange(classes, 0, {}, seed=1, reader="a")
    for start in range(0, 80, 20):
        quarter = Counter(classes[i] for i in sequence[start : start + 20])
        assert quarter == {"real": 10, "synthetic": 10}


def test_seed_and_reader_decide():
    classes = cases(20, 20)
    first = order.arrange(classes, 0, {}, 5, "a")
    assert order.arrange(classes, 0, {}, 5, "a") == first
    assert order.arrange(classes, 0, {}, 5, "b") != first
    assert order.arrange(classes, 0, {}, 6, "a") != first


def test_half_is_half_and_the_same_for_all():
    classes = cases(30, 20)
    real, synthetic = ([c for c, t in classes.items() if t == k] for k in ("real", "synthetic"))
    chosen = order.choose(real, synthetic, "half", 0, "a")
    assert Counter(classes[c] for c in chosen) == {"real": 20, "synthetic": 20}
    assert order.choose(real, synthetic, "half", 0, "b") == chosen


def test_drawn_prevalence_lies_between_40_and_60_percent_of_the_same_number():
    classes = cases(50, 50)
    real, synthetic = ([c for c, t in classes.items() if t == k] for k in ("real", "synthetic"))
    shares = set()
    for reader in "abcdefghijklmnop":
        chosen = order.choose(real, synthetic, "drawn", 7, reader)
        assert len(set(chosen)) == 83
        shares.add(sum(classes[c] == "synthetic" for c in chosen))
        order.arrange({c: classes[c] for c in chosen}, 12, {}, 7, reader)
    assert 33 <= min(shares) < max(shares) <= 50


def test_impossible_repeats_are_refused():
    with pytest.raises(MedGANSynthError, match="--repeats 0"):
        order.arrange(cases(5, 5), 4, {}, 0, "a")


def test_pairs_are_fixed_and_sides_drawn():
    real, synthetic = [f"r{n}" for n in range(40)], [f"s{n}" for n in range(40)]
    pairs = order.pair_up(real, synthetic, 1)
    assert pairs == order.pair_up(real, synthetic, 1)
    assert {r for r, _ in pairs} == set(real) and {s for _, s in pairs} == set(synthetic)
    sides = Counter()
    rng = order.generator(0, "sides")
    for pair in pairs:
        shown, side = order.sided(pair, rng)
        assert shown[0 if side == "left" else 1] == pair[1]
        sides[side] += 1
    assert 10 <= sides["left"] <= 30
