import numpy as np
import pytest
from scipy import stats

from MedGANSynthLib.turing import crossed, roc


def test_variance_of_shrout_and_fleiss():
    """Psychological Bulletin 1979, table 2: mean squares 11.24 (targets), 32.49 (judges), 1.02."""
    scores = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
    )
    estimate = crossed.accuracy(scores.T, np.zeros(6, int))
    assert estimate.value == pytest.approx(scores.mean())
    assert estimate.se**2 * 24 == pytest.approx(32.49 + 11.24 - 1.02, abs=0.006)


def anova(table):
    """Textbook two-way ANOVA without replication: variance of the grand mean and its df."""
    readers, cases = table.shape
    by_reader, by_case, mean = table.mean(1), table.mean(0), table.mean()
    ms_r = cases * ((by_reader - mean) ** 2).sum() / (readers - 1)
    ms_c = readers * ((by_case - mean) ** 2).sum() / (cases - 1)
    rest = table - by_reader[:, None] - by_case + mean
    ms_e = (rest**2).sum() / ((readers - 1) * (cases - 1))
    variance = (ms_r + ms_c - ms_e) / table.size
    parts = [(ms_r, readers - 1), (ms_c, cases - 1), (ms_e, (readers - 1) * (cases - 1))]
    df = variance**2 / sum((ms / table.size) ** 2 / d for ms, d in parts)
    return variance, df


def test_a_complete_table_gives_the_two_way_anova(rng):
    easy = rng.normal(0, 0.2, 60)
    table = (rng.random((5, 60)) < 0.6 + easy).astype(float)
    estimate = crossed.accuracy(table, np.zeros(60, int))
    variance, df = anova(table)
    assert estimate.se**2 == pytest.approx(variance, rel=1e-9)
    assert estimate.df == pytest.approx(df, rel=1e-9)


def test_response_bias_is_no_uncertainty():
    """Everybody always says "real": accuracy is 0.5 exactly, whichever readers and cases."""
    strata = np.repeat([0, 1], 20)
    estimate = crossed.accuracy(np.tile(1.0 - strata, (4, 1)), strata)
    assert (estimate.value, estimate.se) == (0.5, 0.0)


def test_missing_answers_hardly_change_the_interval(rng):
    easy = rng.normal(0, 0.15, 200)
    table = (rng.random((6, 200)) < np.clip(0.65 + easy, 0, 1)).astype(float)
    strata = np.arange(200) % 2
    whole = crossed.accuracy(table, strata)
    table[rng.random(table.shape) < 0.1] = np.nan
    holed = crossed.accuracy(table, strata)
    assert holed.value == pytest.approx(whole.value, abs=0.01)
    assert holed.se == pytest.approx(whole.se, rel=0.25)


def test_too_little_is_no_estimate():
    assert crossed.accuracy(np.ones((1, 20)), np.zeros(20, int)) is None
    assert crossed.accuracy(np.ones((3, 1)), np.zeros(1, int)) is None
    assert crossed.area(np.ones((1, 20)), np.arange(20) % 2 == 0) is None


def false_alarms(readers, cases, reader_sd, case_sd, draws, rng):
    """How often pooled and crossed tests reject at 5 % when nobody can tell (probit model)."""
    pooled = held = 0
    for _ in range(draws):
        skill = rng.normal(0, reader_sd, (readers, 1)) + rng.normal(0, case_sd, cases)
        table = (skill + rng.normal(0, 1, (readers, cases)) > 0).astype(float)
        k = int(table.sum())
        pooled += stats.binomtest(k, table.size).pvalue < 0.05
        held += crossed.accuracy(table, np.zeros(cases, int)).p() < 0.05
    return pooled / draws, held / draws


@pytest.mark.parametrize(
    ("readers", "cases", "reader_sd", "case_sd", "pooled_at_least"),
    [(4, 40, 0.0, 1.0, 0.10), (10, 100, 0.3, 0.5, 0.35)],
)
def test_pooling_finds_what_is_not_there(readers, cases, reader_sd, case_sd, pooled_at_least, rng):
    pooled, held = false_alarms(readers, cases, reader_sd, case_sd, 300, rng)
    assert pooled > pooled_at_least
    assert held < 0.09


@pytest.mark.parametrize(
    ("areas", "covariance", "se", "df", "interval"),
    [
        (
            (0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066),
            0.0004775239,
            0.03307642,
            12.59597,
            (0.8253461, 0.9687280),
        ),
        (
            (0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169),
            0.0002015292,
            0.02150464,
            12.56530,
            (0.8942155, 0.9874592),
        ),
    ],
)
def test_the_interval_is_that_of_mrmcaov_for_van_dyke(areas, covariance, se, df, interval):
    """Smith, Hillis and Pesce, MRMCaov user guide: each treatment alone, covariance DeLong."""
    estimate = crossed.obuchowski_rockette(np.array(areas), covariance)
    assert estimate.se == pytest.approx(se, abs=5e-8)
    assert estimate.df == pytest.approx(df, abs=5e-5)
    assert estimate.interval() == pytest.approx(interval, abs=5e-7)


def jackknife_covariance(ratings, synthetic):
    """Mean covariance between readers of the AUC, leaving out one case at a time."""
    count = len(synthetic)
    areas = np.array(
        [
            [roc.auc(row[keep & synthetic], row[keep & ~synthetic]) for row in ratings]
            for keep in (np.arange(count) != n for n in range(count))
        ]
    )
    matrix = np.cov(areas.T) * (count - 1) ** 2 / count
    return matrix[np.triu_indices(len(ratings), 1)].mean()


def test_covariance_between_readers_is_the_jackknifes(rng):
    synthetic = np.arange(120) % 2 == 0
    look = rng.normal(0, 1, 120) + synthetic
    ratings = np.clip(np.rint(look + rng.normal(0, 0.7, (4, 120)) + 3), 1, 6)
    areas = [roc.auc(row[synthetic], row[~synthetic]) for row in ratings]
    expected = crossed.obuchowski_rockette(areas, jackknife_covariance(ratings, synthetic))
    estimate = crossed.area(ratings, synthetic)
    assert estimate.value == pytest.approx(np.mean(areas), abs=1e-12)
    assert estimate.se == pytest.approx(expected.se, rel=0.02)


def test_two_readers_with_the_same_answers_share_all_uncertainty(rng):
    synthetic = np.arange(80) % 2 == 0
    row = np.clip(np.rint(rng.normal(3, 1, 80) + synthetic), 1, 6)
    both = crossed.area(np.stack([row, row]), synthetic)
    alone = roc.delong(row[synthetic], row[~synthetic])
    assert (both.value, both.se) == pytest.approx((alone.value, alone.se), abs=1e-12)


def test_the_interval_covers_the_truth(rng):
    """Five readers, true AUC 0.75: 95 % intervals hold it in 88 to 100 % of 150 studies."""
    synthetic, covered = np.arange(60) % 2 == 0, 0
    shift = np.sqrt(2) * stats.norm.ppf(0.75)
    for _ in range(150):
        look = rng.normal(0, np.sqrt(0.4), 60) + shift * synthetic
        ratings = look + rng.normal(0, np.sqrt(0.6), (5, 60))
        low, high = crossed.area(ratings, synthetic).interval()
        covered += low <= 0.75 <= high
    assert 132 <= covered <= 150
