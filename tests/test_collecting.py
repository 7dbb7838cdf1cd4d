"""The collector of garbage rests in a stage, and is as it was behind it."""

from __future__ import annotations

import gc

import pytest

from pipeline.collecting import nothing_collected


def test_the_collector_rests_in_here_and_works_behind() -> None:
    assert gc.isenabled()
    with nothing_collected():
        assert not gc.isenabled()
        with nothing_collected():
            pass
        assert not gc.isenabled(), "the inner stage leaves it as it was"
    assert gc.isenabled()


def test_it_works_behind_a_stage_that_failed() -> None:
    with pytest.raises(ValueError, match="ink"), nothing_collected():
        raise ValueError("ink")
    assert gc.isenabled()


def test_what_was_made_meanwhile_is_old_and_is_collected_when_its_time_comes() -> None:
    class Circle:
        gone: list[bool] = []  # noqa: RUF012

        def __init__(self) -> None:
            self.self = self

        def __del__(self) -> None:
            self.gone.append(True)

    with nothing_collected():
        Circle()
    gc.collect(0)
    assert not Circle.gone
    gc.collect()
    assert Circle.gone == [True]
