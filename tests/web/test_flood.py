"""The brake on floods, with a clock of its own."""

from __future__ import annotations

from bot.web import flood
from bot.web.flood import Allowance, Buckets, retry_after


def test_a_burst_passes_then_one_per_second() -> None:
    buckets = Buckets(Allowance(burst=3, per_second=1))
    assert [buckets.take("lan", now=100) for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("lan", now=100.5) == 0.5
    assert buckets.take("lan", now=101) == 0
    assert buckets.take("minh", now=101) == 0


def test_waiting_fills_the_bucket_no_further_than_its_burst() -> None:
    buckets = Buckets(Allowance(burst=2, per_second=1))
    assert [buckets.take("lan", now=100), buckets.take("lan", now=100)] == [0, 0]
    assert [buckets.take("lan", now=900) for _ in range(3)] == [0, 0, 1]


def test_memory_stays_bounded_whoever_comes() -> None:
    buckets = Buckets(Allowance(burst=2, per_second=0.001))
    for number in range(3 * flood.FORGET_ABOVE):
        buckets.take(f"address {number}", now=0)
        assert len(buckets._buckets) <= flood.FORGET_ABOVE + 1


def test_the_wait_is_told_in_whole_seconds() -> None:
    assert [retry_after(0.1), retry_after(1.2), retry_after(5)] == ["1", "2", "5"]
