"""Log lines: what is in them, and that personal data and secrets stay out by the types of the values."""

from __future__ import annotations

import ast
import json
import logging
from pathlib import Path

import pytest

from campaign_runner.app.jobs import Outage
from campaign_runner.entrypoints import cli
from campaign_runner.entrypoints.cli.log_output import log_output
from campaign_runner.model.errors import FileUnusable, StateError
from campaign_runner.model.log import JsonLines, TextLines, log, log_context, shown
from campaign_runner.settings import Credentials
from campaign_runner.tango.connection import TangoCall
from tests.log_scan import PRIVATE, SCAN, Scan
from tests.pipeline.conftest import office as office

PACKAGE = Path(cli.__file__).parents[2]
OURS, THEIRS = logging.getLogger("campaign_runner.tests"), logging.getLogger("library")


@pytest.fixture
def lines():
    """What was logged, each line as JSON."""
    kept: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record):
            kept.append(self.format(record))

    handler = Kept()
    handler.setFormatter(JsonLines())
    for logger in (OURS, THEIRS):
        logger.addHandler(handler)
    yield lambda: [json.loads(line) for line in kept]
    for logger in (OURS, THEIRS):
        logger.removeHandler(handler)


def test_a_line_has_its_event_and_what_is_known_of_the_work_under_way(lines):
    with log_context(campaign="q4"):
        log(OURS, "request", batch="q4-1", seconds=0.12345, status=200)
    assert lines()[0] | {"at": ""} == {
        "at": "", "level": "info", "logger": "campaign_runner.tests", "event": "request", "campaign": "q4",
        "batch": "q4-1", "seconds": 0.123, "status": 200,
    }  # fmt: skip


@pytest.mark.parametrize("value", ["Ana", b"Ana", ["Ana"], {"name": "Ana"}, Path("Ana"), Credentials(password="Ana")])
def test_what_is_no_number_and_no_identifier_of_ours_is_the_name_of_its_type(value):
    assert shown("email", value) == f"<{type(value).__name__}>"


def test_a_text_that_only_looks_like_an_identifier_is_none():
    assert shown("campaign", type("Name", (str,), {})("Ana")) == "<Name>"


def test_an_error_shows_its_words_only_where_they_never_name_cells(lines):
    for error in (FileUnusable("cell F14: Ana"), ValueError("Ana"), StateError("The disk is full.")):
        log(OURS, "failed", error=error)
    assert [line.get("message") for line in lines()] == [None, None, "The disk is full."]
    assert "Ana" not in json.dumps(lines())


def test_of_another_librarys_message_the_numbers_are_shown(lines):
    THEIRS.error("%s has %d rows", "Ana", 3)
    THEIRS.error("row of Ana")  # finished, so it may hold anything
    assert [line["event"] for line in lines()] == [
        "<str> has 3 rows",
        "message of test_logs:" + str(_line_of("row of")),
    ]


def _line_of(text: str) -> int:
    return next(n for n, line in enumerate(Path(__file__).read_text("utf-8").splitlines(), 1) if text in line)


def test_a_text_line_is_for_people():
    fields = {"fields": {"job": "drive", "key": "7"}}
    record = OURS.makeRecord(OURS.name, logging.INFO, "", 1, "job", (), None, extra=fields)
    assert TextLines().format(record).partition(" ")[2] == "info job job=drive key=7"


def test_the_program_logs_literals_and_fields_alone():
    """No f-string, no argument of a template: what data is has a name and a type."""
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            event = {"log": 1, "observed": 0}.get(name)
            literal = event is None or isinstance(node.args[event], ast.Constant) or path.name == "observed.py"
            old = name.rpartition(".")[0] in ("logger", "_LOG", "logging") and name.rpartition(".")[2] in (
                "debug", "info", "warning", "error", "exception", "critical",
            )  # fmt: skip
            wrong += [f"{path.name}:{node.lineno}"] if old or not literal else []
    assert wrong == []


def test_what_holds_bodies_or_secrets_does_not_show_them():
    call = TangoCall("POST", "https://tango.example.com", "q4-1", lambda *_: None, body=b"Ana")  # type: ignore[arg-type]
    assert "Ana" not in repr(call)
    assert "secret" not in repr(Credentials("secret", "secret", "secret", "secret", "secret", "secret"))


def test_the_scan_finds_people_and_secrets_of_this_and_of_other_processes(tmp_path, request):
    scan = Scan(tmp_path / "log")
    scan.emit(OURS.makeRecord("campaign_runner", logging.INFO, "", 1, "for of-nobody", (), None))
    (tmp_path / "log").write_text('{"event": "to yusuf.okafor.10245@example.com"}\n', "utf-8")
    scan.look_at_file()
    assert len(scan.taken()) == scan.lines == 2
    assert PRIVATE.search("Dear Okafor,")
    assert request.config.stash[SCAN] in logging.getLogger().handlers


def test_json_lines_go_to_standard_error_and_the_result_stays_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "campaign.toml").write_text('[campaign]\nid = "q4"\n', "utf-8")
    with pytest.raises(SystemExit):
        cli.main(["rules", "EMAIL", "--json", "--log-format", "json"])
    shown_there = capsys.readouterr()
    assert isinstance(json.loads(shown_there.out), dict)
    assert json.loads(shown_there.err.splitlines()[-1])["command"] == "rules"


def test_the_format_can_stand_in_the_environment_and_quiet_shows_errors_only(monkeypatch, capsys):
    monkeypatch.setenv("CAMPAIGN_RUNNER_LOG_FORMAT", "json")
    for words, lines_there in ((["rules"], True), (["rules", "--quiet"], False)):
        with pytest.raises(SystemExit):
            cli.main(words)
        assert bool(capsys.readouterr().err) is lines_there


def test_the_log_file_is_found_again_after_logrotate_moved_it(tmp_path, monkeypatch, capsys):
    file = tmp_path / "runner.log"
    monkeypatch.setenv("CAMPAIGN_RUNNER_LOG_FILE", str(file))
    for _ in range(2):
        with pytest.raises(SystemExit):
            cli.main(["rules", "--quiet"])
        assert json.loads(file.read_text("utf-8"))["command"] == "rules"
        file.rename(tmp_path / "runner.log.1")
    assert capsys.readouterr().err == ""


def test_a_log_file_on_a_full_disk_is_said_once_and_stops_nothing(monkeypatch, capsys):
    monkeypatch.setenv("CAMPAIGN_RUNNER_LOG_FILE", "/dev/full")
    with pytest.raises(SystemExit) as ended:
        cli.main(["rules", "EMAIL", "--log-format", "json"])
    said = capsys.readouterr().err
    assert ended.value.code == 0
    assert said.count("/dev/full cannot be written (No space left on device).") == 1
    assert "Traceback" not in said


def test_an_outage_of_the_ledger_is_one_line_at_its_beginning_and_one_at_its_end(caplog):
    outage = Outage()
    for _ in range(5):
        outage.goes_on(StateError("The database does not answer."))
    outage.is_over()
    outage.is_over()
    assert [record.getMessage() for record in caplog.records] == [
        "the ledger cannot be reached, trying again", "the ledger is back",
    ]  # fmt: skip


def test_with_quiet_the_engine_of_jobs_writes_no_traceback_where_the_database_is_lost(capsys):
    with log_output(None, quiet=True, verbose=False):
        for name in ("procrastinate.worker", "psycopg.pool"):
            try:
                raise ConnectionError("terminating connection")
            except ConnectionError:
                logging.getLogger(name).exception("error connecting")
        log(OURS, "the ledger cannot be reached, trying again", level=logging.ERROR, error=StateError("Away."))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("error the ledger cannot be reached, trying again error=StateError message=Away.")


def test_every_line_of_a_thread_at_work_for_a_campaign_names_it(office, caplog):
    office.run(office.file("1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"))
    made = [json.loads(JsonLines().format(record)) for record in caplog.records]
    orders = [line for line in made if line["event"] == "request to Tango" and line["method"] == "POST"]
    assert [(line["campaign"], line["batch"][:3], line["outcome"]) for line in orders] == [("q4", "q4-", "accepted")]
    assert all(line["request_id"] and line["seconds"] >= 0 for line in orders)
