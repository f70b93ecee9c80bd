"""What somebody with bad intentions puts into a file, its name and its size; each is refused, cut off or shown as text."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from campaign_runner.ledger import submissions
from tests.doors.conftest import ANA, HEADERS
from tests.web.journeys import begun, hanna, house, site, work

__all__ = ["hanna", "house", "site"]
DOOR = "browser"
SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "..\\..\\passwd.csv", "/etc/passwd.csv"])
def test_a_file_name_leads_out_of_no_folder(site, hanna, name):
    begun(site, hanna, ANA)
    hanna.post("/campaigns/q4/upload", files={"file": (name, f"{HEADERS}\n{ANA}\n".encode())})
    with site.workspace.ledger().read() as connection:
        assert submissions.numbered(connection, 1, 2).name == "passwd.csv"
    assert 'filename="passwd.csv"' in hanna.get("/campaigns/q4/uploads/2/file").headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["..%2f..%2fledger.sqlite", "..%5cledger.sqlite", "%2fetc%2fpasswd"])
def test_a_report_is_one_of_the_list_and_no_path(site, hanna, name):
    begun(site, hanna, ANA)
    for path in (
        f"/campaigns/q4/reports/{name}",
        f"/api/v1/campaigns/q4/reports/{name}",
        f"/campaigns/q4/books/books/{name}",
    ):
        assert hanna.get(path).status_code in (404, 405), path


def test_scripts_in_headers_cells_and_reasons_are_shown_as_text(site, hanna):
    rows = (f"{ANA},{SCRIPT}", f"{ANA},{SCRIPT}", f"3,EMAIL,{SCRIPT},Roe,{SCRIPT}@@x,U561593,5,x")
    begun(site, hanna, *rows, headers=f"{HEADERS},{SCRIPT}")
    hanna.post("/campaigns/q4/held", data={"row": "3", "do": "release", "reason": SCRIPT})
    work(site)
    pages = [
        hanna.get(f"/campaigns/q4{path}").text
        for path in ("", "/problems", "/problems?q=script", "/plan", "/results", "/rows/3")
    ]
    pages.append(hanna.get(f"/campaigns/q4/problems?rule={SCRIPT}&header={SCRIPT}&q={SCRIPT}&severity={SCRIPT}").text)
    pages.append(hanna.get(f"/campaigns/q4/results?status={SCRIPT}&q={SCRIPT}").text)
    assert any("&lt;script&gt;" in page for page in pages)
    assert not [page for page in pages if "<script>alert" in page]


def test_a_workbook_that_grows_out_of_all_proportion_is_unusable_and_nothing_more(site, hanna):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 2**25)
    begun(site, hanna, ANA)
    hanna.post("/campaigns/q4/upload", files={"file": ("q4.xlsx", packed.getvalue())})
    work(site)
    page = hanna.get("/campaigns/q4/problems").text
    assert 'role="alert"' in page
    assert "Ready" not in page


def stream(size):
    """A form with a file of so many megabytes, as it leaves a browser; nothing says how long it is."""

    async def parts():
        yield (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="q4.csv"\r\n\r\n'
            + HEADERS.encode()
            + b"\n"
        )
        for _ in range(size):
            yield ANA.encode().ljust(2**10 - 1) * 2**10
        yield b"\r\n--b--\r\n"

    return {"content": parts(), "headers": {"Content-Type": "multipart/form-data; boundary=b"}}


def test_fifty_megabytes_are_taken_in_without_being_in_memory(site, hanna):
    hanna.post("/campaigns/new", data={"id": "q4"})
    tracemalloc.start()
    answer = hanna.post("/campaigns/q4/upload", **stream(50))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 303
    assert most < 25 * 2**20


def test_an_upload_that_is_longer_than_allowed_is_cut_off_though_nothing_said_so(site, hanna):
    hanna.post("/campaigns/new", data={"id": "q4"})
    answer = hanna.post("/campaigns/q4/upload", **stream(site.workspace.settings.server.upload_megabytes + 1))
    assert (answer.status_code, "too large" in answer.text) == (413, True)
