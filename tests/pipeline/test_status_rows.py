"""Every row is told: in `status`, and by its own number after a retry."""

from __future__ import annotations

from campaign_runner.app.reports import report_campaign
from campaign_runner.app.retry import retry_failed
from campaign_runner.app.status import campaign_status
from campaign_runner.entrypoints.cli.terminal import Terminal

ANA, BO, FAILS = (
    "1,EMAIL,Ana,Silva,ana@example.com,,U561593,1250",
    "2,EMAIL,Bo,Berg,bo@@example.com,,U561593,10",
    "3,EMAIL,Cy,Cole,sim-fails@example.com,,U561593,5",
)


def test_status_counts_rejected_and_held_rows_of_the_newest_file(office, capsys):
    office.run(office.file(ANA, BO, ANA, FAILS))
    (campaign,) = campaign_status(office.folder / "state")
    assert campaign.rows == {"total": 4, "held": 1, "rejected": 1, "completed": 1, "failed": 1}
    assert campaign.lines == {"completed": 1, "failed": 1}
    Terminal().campaigns([campaign], detail=True)
    shown = capsys.readouterr().out
    assert "1 rejected" in shown
    assert "1,255.00 USD" in shown


def test_after_a_retry_the_first_attempt_is_told_by_its_row(office):
    path = office.file(ANA, FAILS)
    office.run(path)
    office.run(office.file(ANA, FAILS, "4,EMAIL,Di,Dahl,di@example.com,,U561593,5"))
    office.clock.turn(hours=1)
    retry_failed(office.runtime())
    result = report_campaign(office.runtime())
    (refund,) = (finding for finding in result.books.findings if finding.kind == "refund expected")
    assert "first attempt of row 3" in refund.text
    assert "earlier file" not in refund.text


def test_the_page_says_why_charts_come_to_more_than_what_was_placed(office):
    office.run(office.file(ANA, FAILS))
    office.clock.turn(hours=1)
    retry_failed(office.runtime())
    page = (office.folder / "reports" / "q4" / "report.html").read_text("utf-8")
    assert (
        "The pictures and totals below count every attempt: 1,260.00 USD is 1,255.00 USD placed in the newest "
        "attempts and 5.00 USD in earlier attempts."
    ) in page
