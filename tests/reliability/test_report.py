"""docs/reliability.md is whole: every place, fault and answer stands in it, and every test that it names is there."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from campaign_runner.model import Outcome
from campaign_runner.simulator.fault_effects import FAULTS
from campaign_runner.tango import answers
from tests.reliability import answers_tested, report
from tests.reliability.everywhere import killed_everywhere
from tests.reliability.harness import Outcome as Played
from tests.reliability.processes import ROOT
from tests.stories.figures import StoryFigures
from tests.stories.play import Played as Story

PAGE = report.PAGE.read_text("utf-8")


def test_every_answer_of_the_tables_has_its_test():
    assert {one.answer for one in answers_tested.i18n_keys()} >= {*answers.BY_KEY, *answers.BY_KEY_OF_A_LOOK_UP}
    assert set(answers_tested.STATUSES) == set(answers.BY_STATUS)
    assert set(answers_tested.TRANSPORT) == {kind.__name__ for kind, _, _ in answers.BY_EXCEPTION}
    assert {one.answer for one in answers_tested.faults()} == set(FAULTS)
    assert set(answers_tested.DOES) == set(Outcome)


def test_every_test_that_is_named_exists():
    named = {one.test for one in answers_tested.all_of_them()}
    files = sorted({test.partition("::")[0] for test in named})
    call = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", *files]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT)
    there = set(done.stdout.splitlines())
    there |= {test.partition("[")[0] for test in there}
    assert sorted(named - there) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_in_the_report(fault):
    assert f"| `{fault}` | {FAULTS[fault].about} |" in PAGE


def test_every_answer_is_in_the_report():
    missing = [one for one in answers_tested.all_of_them() if one.answer not in PAGE]
    assert missing == []
    assert [outcome for outcome in Outcome if f"| *{outcome}* |" not in PAGE] == []


@pytest.mark.no_cover
def test_every_place_to_be_killed_at_is_in_the_report():
    assert [place for place in killed_everywhere() if f"| `{place}` |" not in PAGE] == []


def test_a_report_names_what_was_placed_twice_and_the_seeds_and_stories_that_broke(tmp_path):
    figures, stories = report.Figures(0, 1), StoryFigures(0)
    figures.add(Played(0, ["the line L-1 was placed 2 times"], 1))
    stories.add(Story(7, ["p1 has 2 rewards in a, 1 asked for, 0 released"]))
    text = report.write_report(figures, stories, tmp_path / "reliability.md").read_text("utf-8")
    assert "| **Placed or rewarded twice** | **1** |" in text
    assert "| Broken seeds | 0 |" in text
    assert "| **Recipients with more than was asked for and released** | **1** |" in text
    assert "| Broken stories | 7 |" in text


def test_figures_count_what_was_broken():
    figures = report.Figures(5, 5)
    figures.add(Played(5, [], 3, 20, 2, 4, 5, Counter({"placing: before the request": 2}), Counter({"500": 1})))
    figures.add(Played(6, ["the line L-1 was placed 2 times", "row 3 (P3) is failed, Tango has no such line: "], 1))
    assert (figures.seeds, figures.last, figures.twice, figures.lost, figures.broken) == (2, 6, 1, 1, [6])
    assert figures.told()[0].startswith("2 seeds (5 to 6)")
    assert figures.told()[-1] == "Twice: 1. Lost: 1. Broken seeds: 6."


def test_a_report_is_written_from_figures(tmp_path):
    made = report.write_report(
        report.Figures(0, 9, seeds=10, rows=12_345), StoryFigures(0, stories=20), tmp_path / "reliability.md"
    )
    text = made.read_text("utf-8")
    assert "| Seeds | 10 (0 to 9) |" in text
    assert "| Rows in the files | 12,345 |" in text
    assert "| Stories | 20 (from seed 0) |" in text
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [line for line in PAGE.splitlines() if line.startswith("#")]
