"""The estimate's statistics, on numbers whose truth is known. Its verb against a server: test_estimate_run."""

import random
from statistics import fmean

import pytest

from wethink_plugins.synthesis.config import SynthesisConfig
from wethink_plugins.synthesis.estimate.interval import (
    FEWEST_IMAGES,
    images_for,
    mean_interval,
    ratio_interval,
    share_interval,
    t_quantile,
)
from wethink_plugins.synthesis.estimate.projection import projection
from wethink_plugins.synthesis.estimate.usage import ImageUse, Use


@pytest.mark.parametrize(
    ("share", "freedom", "quantile"), [(0.95, 29, 1.699), (0.95, 199, 1.653), (0.975, 12, 2.179), (0.05, 29, -1.699)]
)
def test_quantiles_are_those_of_the_tables(share, freedom, quantile):
    assert t_quantile(share, freedom) == pytest.approx(quantile, abs=0.001)


def skewed(number, seed):
    """Two in three end early and cost little; the others cost what a lognormal draws."""
    draw = random.Random(seed)
    return [0.1 if draw.random() < 0.66 else draw.lognormvariate(0, 1.0) for _ in range(number)]


def test_the_interval_holds_the_truth_about_nine_times_in_ten():
    population, draw = skewed(5000, 1), random.Random(2)
    truth = fmean(population)
    found = [mean_interval(draw.sample(population, 200), len(population)) for _ in range(300)]
    held = fmean(one.low <= truth <= one.high for one in found)
    assert 0.84 <= held <= 0.95
    assert fmean(one.high < truth for one in found) < 0.09, "the side that a long tail hides is not left open"


def test_a_sample_of_all_images_is_certain_and_one_of_half_nearly():
    population = skewed(400, 3)
    whole = mean_interval(population, 400)
    assert whole.low == whole.value == whole.high == pytest.approx(fmean(population))
    half, of_many = mean_interval(population[:200], 400), mean_interval(population[:200], 400_000)
    assert half.high - half.low == pytest.approx((of_many.high - of_many.low) * 0.5**0.5, rel=0.15)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1.0, 2.0] * (FEWEST_IMAGES // 2 - 1), "too few images"),
        ([0.0] * 200 + [5.0] * 4, "too few of them used any"),
        ([0.0] * 200, "none used any"),
    ],
)
def test_what_a_sample_cannot_say_has_no_ends(values, why):
    found = mean_interval(values, 10_000)
    assert (found.low, found.high) == (None, None), why
    assert found.value == pytest.approx(fmean(values)) and found.half_width is None


def test_what_the_sample_used_is_the_least_that_all_will_use():
    found = mean_interval([0.0] * 89 + [1.0] * 10 + [900.0], 120)
    assert found.low * 120 >= 910.0 - 1e-9


def test_shares_have_ends_where_nothing_or_everything_was_accepted():
    none, all_of_them = share_interval([0] * 50, [1] * 50, 10_000), share_interval([1] * 50, [1] * 50, 10_000)
    assert none.low == 0.0 and 0.02 < none.high < 0.1
    assert all_of_them.high == 1.0 and 0.9 < all_of_them.low < 0.98


def test_questions_of_one_image_count_for_less_than_as_many_images():
    alike = [(4 if i % 2 else 0) for i in range(100)]
    apart = [2] * 100
    wide, narrow = (share_interval(hits, [4] * 100, 10_000) for hits in (alike, apart))
    single = share_interval([i % 2 for i in range(100)], [1] * 100, 10_000)
    assert wide.value == narrow.value == single.value == 0.5
    assert wide.high - wide.low == pytest.approx(single.high - single.low, rel=0.05)


def test_cost_per_row_holds_the_truth():
    draw = random.Random(5)
    population = [(draw.lognormvariate(0, 0.7), int(draw.random() < 0.4)) for _ in range(5000)]
    truth = sum(cost for cost, _ in population) / sum(rows for _, rows in population)
    held = 0
    for _ in range(200):
        costs, rows = zip(*draw.sample(population, 150), strict=True)
        found = ratio_interval(costs, rows, len(population))
        held += found.low <= truth <= found.high
    assert 0.83 <= held / 200 <= 0.96


def test_the_images_that_would_do_do():
    population = skewed(50_000, 7)
    needed = images_for(population[:200], 0.1, len(population))
    assert mean_interval(population[:needed], len(population)).half_width == pytest.approx(0.1, rel=0.2)
    assert images_for(population[:200], 0.1, 300) < 300, "of few images, fewer do"


def config(**model):
    endpoint = {"base_url": "http://127.0.0.1:1/v1", "model": "m", "max_concurrency": 10}
    endpoint |= {"usd_per_million": {"prompt": 1.0, "completion": 2.0}} if model.pop("priced", True) else {}
    return SynthesisConfig.model_validate(
        {"models": {"m": {"endpoints": [endpoint], **model}}, "roles": {"describer": "m"}, "stages": ["describe"]}
    )


def used(accepted=1, **use):
    one = Use(**{"calls": 1, "prompt_tokens": 100, "completion_tokens": 50, "usd": 0.01, "seconds": 2.0, **use})
    return ImageUse(1, accepted, {"describe": one}, {"m": one})


def test_totals_are_those_of_the_sample_for_all_images():
    uses = [used(accepted=i % 2, usd=0.01 + 0.0001 * (i % 7)) for i in range(100)]
    found = projection(uses, 1000, config())
    total = found["total"]
    assert total["usd"]["value"] == pytest.approx(sum(use.total.usd for use in uses) * 10)
    assert total["rows"]["value"] == 500 and total["accept_rate"]["value"] == 0.5
    assert total["rows"]["low"] < 500 < total["rows"]["high"]
    assert total["tokens"]["value"] == 150_000
    assert total["seconds"]["value"] == pytest.approx(1000 * 2.0 / 10), "ten calls at once"
    assert found["stages"]["describe"]["images"] == 100 and found["notes"] == []


def test_the_slowest_limit_is_named():
    found = projection([used() for _ in range(50)], 600, config(rate={"requests_per_minute": 60}))
    assert [one["limit"] for one in found["time"]] == ["m: requests a minute", "m: calls at once"]
    assert found["total"]["seconds"]["value"] == pytest.approx(600)


@pytest.mark.parametrize(
    ("uses", "settings", "says"),
    [
        ([used() for _ in range(FEWEST_IMAGES - 1)], {}, f"take at least {FEWEST_IMAGES}"),
        ([used(usd=0.0001 if i else 1.0) for i in range(60)], {}, "one image alone made 99%"),
        ([used(usd=cost) for cost in [0.001, 0.03] * 10 + [0.001] * 30], {}, "takes about"),
        ([used() for _ in range(60)], {"priced": False}, "no prices: m"),
        ([used(accepted=0) for _ in range(60)], {}, "nothing was accepted"),
    ],
)
def test_what_the_reader_must_know_is_said(uses, settings, says):
    assert any(says in note for note in projection(uses, 100_000, config(**settings))["notes"])
