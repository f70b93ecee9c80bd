"""A damaged file gives a table or a sentence, never a traceback: mutated files of the corpus, `FUZZ=20000` of them."""

from __future__ import annotations

import io
import os
import random
import zipfile
from pathlib import Path

import pytest

from campaign_runner import intake
from campaign_runner.model import Problem
from campaign_runner.model.errors import CampaignRunnerError
from campaign_runner.reporting.excel.annotated import write_annotated

# Counting branches would double the time, and other tests reach them all the same.
pytestmark = pytest.mark.no_cover

CORPUS = Path(__file__).parents[1] / "corpus"
SEEDS = [path for path in sorted(CORPUS.glob("*/*.*")) if path.suffix != ".py" and path.stat().st_size < 60_000]
FILES, ROUNDS = int(os.environ.get("FUZZ", "1000")), 20
SIGNS = [
    b"\0",
    b'"',
    b"\n",
    b"\r",
    b",",
    b";",
    b"<",
    b">",
    b"</",
    b"\xff",
    b"\xef\xbb\xbf",
    b"A" * 300,
    b"&#x0;",
    b"9" * 40,
    b'r="',
]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_mutated_file_is_read_or_refused_in_a_sentence(seed, book, tmp_path):
    dice = random.Random(seed)
    for number in range(FILES // ROUNDS):
        seed_file = dice.choice(SEEDS)
        path = tmp_path / f"mutated{seed_file.suffix}"
        path.write_bytes(_mutated(seed_file.read_bytes(), dice))
        try:
            _use(path, book, tmp_path / "annotated.xlsx")
        except CampaignRunnerError:
            continue
        except BaseException as error:
            kept = Path(os.environ.get("FUZZ_KEEP", tmp_path)) / f"{seed}-{number}{seed_file.suffix}"
            kept.write_bytes(path.read_bytes())
            raise AssertionError(f"{seed_file.name}, kept as {kept}") from error


def _use(path: Path, book, annotated: Path) -> None:
    table = intake.read(path, book)
    rows = [row for rows in table.chunks() for row in rows.cells.index.tolist()]
    assert rows == sorted(set(rows))
    if path.suffix in (".xlsx", ".xlsm") and table.sheet:
        problem = Problem(rows[0], table.columns[0], "x:y", "", "is wrong.", "Mend it.")
        write_annotated(path, annotated, [problem], table.sheet)


def _mutated(content: bytes, dice: random.Random) -> bytes:
    """Half of the time a part of the container is changed, so that more than the zip is tried."""
    if content.startswith(b"PK") and dice.random() < 0.7:
        try:
            return _mutated_part(content, dice)
        except (zipfile.BadZipFile, OSError):
            return _noise(content, dice)
    return _noise(content, dice)


def _mutated_part(content: bytes, dice: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = dice.choice([name for name in names if name.endswith((".xml", ".rels"))] or names)
        for name in names:
            if name != chosen or dice.random() > 0.02:
                new.writestr(name, _noise(old.read(name), dice) if name == chosen else old.read(name))
    return out.getvalue()


def _noise(content: bytes, dice: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice((1, 2, 8, 100)))
        kind = dice.randrange(6)
        if kind == 0:
            data[at:end] = dice.randbytes(end - at)
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:at] = dice.choice(SIGNS)
        elif kind == 3:
            data[at:at] = data[dice.randrange(len(data) + 1) :][:200]
        elif kind == 4 and dice.random() < 0.2:
            del data[at:]
        elif at < len(data):
            data[at] ^= 1 << dice.randrange(8)
    return bytes(data)
