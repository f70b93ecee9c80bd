"""In production, whoever sits at the terminal is asked before money leaves; nobody else is."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from campaign_runner.app.retry import retry_failed
from campaign_runner.app.run import run_file
from campaign_runner.app.steps.draft import ReadOptions
from campaign_runner.app.track import track_campaign
from campaign_runner.entrypoints.cli.terminal import Terminal
from campaign_runner.model.errors import RefusedBeforeSending

ANA, BO = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25", "2,EMAIL,Bo,Berg,bo@example.com,,U561593,25"
MANY = [f"{n},EMAIL,P{n},Berg,p{n}@example.com,,U561593,25" for n in range(3, 20)]


@pytest.fixture
def asked(office):
    """Runs in production; `asked.lines` is what the person read."""

    class Asked:
        answer, lines = True, None

        def runtime(self):
            runtime = office.runtime()
            tango = runtime.settings.tango.model_copy(update={"environment": "production"})
            return replace(
                runtime, settings=runtime.settings.model_copy(update={"tango": tango}), confirm=self.confirm
            )

        def confirm(self, lines):
            self.lines = lines
            return self.answer

        def run(self, path, **more):
            return run_file(ReadOptions(path), self.runtime(), **more)

    return Asked()


def test_the_question_says_amount_recipients_account_and_host(office, asked):
    asked.run(office.file(ANA, BO))
    text = "\n".join(asked.lines)
    assert "Send 50.00 USD to 2 recipients (2 lines in 1 order)?" in text
    assert f"account acme-account at {office.base_url.removeprefix('http://').split('/')[0]}" in text
    assert len(office.sent()) == 2


def test_a_no_sends_nothing_and_keeps_nothing(office, asked):
    asked.answer = False
    with pytest.raises(RefusedBeforeSending, match="nothing was sent"):
        asked.run(office.file(ANA, BO))
    assert office.sent() == []
    asked.answer = True
    assert asked.run(office.file(ANA)).books.rows["completed"] == 1
    assert len(office.sent()) == 1


def test_what_is_unusual_stands_in_the_question(office, asked):
    asked.run(office.file(*MANY, "1,EMAIL,Ana,Silva,ana@example.com,,U561593,1250"))
    assert any(line.startswith("Unusual: ") and "[amount]" in line for line in asked.lines)


def test_a_cell_that_may_be_a_mistake_stands_in_the_question(office, asked):
    asked.run(office.file(ANA, "2,EMAIL,Susi,Berg,susi@gmial.com,,U561593,25"))
    assert any("gmial.com" in line for line in asked.lines)


def test_two_lines_for_one_person_are_one_recipient(office, asked):
    asked.run(office.file(ANA, ANA.replace("1,", "9,", 1).replace("25", "30")))
    assert any("to 1 recipient (2 lines" in line for line in asked.lines)


def test_a_run_with_nothing_to_send_asks_nothing(office, asked):
    path = office.file(ANA)
    asked.run(path)
    asked.lines = None
    asked.run(path)
    assert asked.lines is None


def test_what_an_earlier_run_left_unsent_is_asked_about_again(office, asked):
    path = office.file(ANA, BO)
    runtime = asked.runtime()
    runtime.stopping.set()
    with pytest.raises(Exception, match="interrupted"):
        run_file(ReadOptions(path), runtime)
    asked.answer, asked.lines = False, None
    with pytest.raises(RefusedBeforeSending):
        asked.run(path)
    assert any("50.00 USD" in line for line in asked.lines)
    assert office.sent() == []


def test_a_rehearsal_is_not_asked_about(office, asked):
    runtime = office.runtime()
    runtime = replace(runtime, confirm=asked.confirm)
    run_file(ReadOptions(office.file(ANA)), runtime)
    assert asked.lines is None


def test_a_retry_is_asked_about(office, asked):
    asked.run(office.file(ANA, "2,EMAIL,Bo,Berg,sim-fails@example.com,,U561593,10"))
    for _ in range(3):
        office.clock.sleep(3_600)
        track_campaign(asked.runtime())
    asked.answer = False
    with pytest.raises(RefusedBeforeSending):
        retry_failed(asked.runtime())
    assert any("Send 10.00 USD to 1 recipient (1 line)?" in line for line in asked.lines)
    assert len(office.sent()) == 2


class Typed(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(("typed", "yes"), [("y\n", True), ("YES\n", True), ("ja\n", True), ("\n", False), ("n\n", False),
                                            ("", False), ("yikes\n", False)])  # fmt: skip
def test_only_a_yes_is_one(monkeypatch, capsys, typed, yes):
    monkeypatch.setattr(sys, "stdin", Typed(typed))
    ask = Terminal(as_json=True).asker(False)
    assert ask is not None
    assert ask(["Send 50.00 USD?"]) is yes
    out = capsys.readouterr()
    assert (out.out, "Send 50.00 USD?" in out.err) == ("", True)


def test_nobody_is_asked_without_a_terminal_or_with_yes(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert Terminal().asker(False) is None
    monkeypatch.setattr(sys, "stdin", Typed("n\n"))
    assert Terminal().asker(True) is None
