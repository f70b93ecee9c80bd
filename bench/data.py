"""Which files are measured?  Made from a seed, the same on every machine: all seven methods in twenty columns.

`python -m bench.data ROWS FAULTY SUFFIX` makes one in a process of its own, so that the one that measures stays small.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

FOLDER = Path("bench-data")
SEED = 20_260_401
MIX = {
    "EMAIL": 0.4, "PHONE": 0.15, "EMBEDDED": 0.1, "NONE": 0.1, "ADDRESS": 0.12, "BULKDIGITAL": 0.05,
    "BULKSHIPMENT": 0.08,
}  # fmt: skip
HEADERS = (
    "Employee ID", "Delivery method", "First name", "Last name", "E-mail", "Mobile number", "Street", "City", "State",
    "ZIP", "Country", "UTID", "Amount", "Quantity", "Shipping method", "Shipping street", "Shipping city",
    "Shipping state", "Shipping ZIP", "Shipping country",
)  # fmt: skip
FIRST = (
    "Ana", "Ben", "Cleo", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mia", "Noor", "Omar",
    "Pia", "Quinn", "Rosa", "Sam", "Tess",
)  # fmt: skip
LAST = (
    "Silva", "Okafor", "Tanaka", "Haddad", "Jensen", "Eriksen", "Novak", "Costa", "Meyer", "Rossi", "Khan", "Lopez",
    "Nguyen", "Park", "Weber",
)  # fmt: skip
PLACES = (
    ("Boston", "MA", "02134"), ("Seattle", "WA", "98101"), ("Austin", "TX", "73301"), ("Denver", "CO", "80202"),
    ("Chicago", "IL", "60601"), ("Portland", "OR", "97201"), ("Miami", "FL", "33101"), ("Reno", "NV", "89501"),
)  # fmt: skip
AREAS = (212, 312, 415, 503, 617, 702, 303, 206, 512, 305)
AMOUNTS = ("10.00", "12.50", "20.00", "25.00", "50.00", "75.00", "100.00")
# What is wrong with a faulty row: a column and what stands there instead.
FAULTS = (
    ("E-mail", "ana@@example.com"), ("Amount", ""), ("Amount", "25.005"), ("Amount", "-5"), ("UTID", "561593"),
    ("Delivery method", "FAX"), ("Quantity", "1.5"), ("UTID", ""), ("Amount", "a lot"), ("Quantity", "0"),
)  # fmt: skip


def file(rows: int, faulty: int = 2, suffix: str = "csv", folder: Path = FOLDER) -> Path:
    """The path of such a file, made if it is not there; `faulty` in percent."""
    path = folder / f"rewards-{rows}-{faulty}.{suffix}"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        subprocess.run([sys.executable, "-m", "bench.data", str(rows), str(faulty), str(path)], check=True)  # noqa: S603
    return path


def columns(rows: int, faulty: int) -> dict[str, np.ndarray[Any, Any]]:
    """The cells, column by column."""
    import numpy as np

    chance = np.random.default_rng(SEED)
    number = np.arange(rows)
    method = chance.choice(list(MIX), size=rows, p=list(MIX.values()))
    post, parcel = method == "ADDRESS", method == "BULKSHIPMENT"
    person = ~np.isin(method, ["BULKDIGITAL", "BULKSHIPMENT"])
    first, last = (chance.choice(names, size=rows) for names in (FIRST, LAST))
    address = np.char.add(np.char.add(np.char.lower(last), number.astype(str)), "@example.com")
    phone = np.char.add("+1", (np.array(AREAS)[number % 10] * 10_000_000 + 2_000_000 + number // 10).astype(str))
    place = np.array(PLACES)[chance.integers(len(PLACES), size=rows)]
    street = np.char.add((number % 10_000_000).astype(str), " Main Street")
    quantity = np.where(person, "1", chance.integers(2, 50, size=rows).astype(str))
    service = chance.choice(["upsground", "uspspriority", "ups2ndday"], size=rows)
    found = {
        "Employee ID": np.char.add("E", (1_000_000 + number).astype(str)), "Delivery method": method,
        "First name": _only(person, first), "Last name": _only(person, last), "E-mail": _only(person, address),
        "Mobile number": _only(person, phone),
        "UTID": np.where(post | parcel, "U200201", chance.choice(["U561593", "U666425"], size=rows)),
        "Amount": chance.choice(AMOUNTS, size=rows), "Quantity": quantity,
        "Shipping method": _only(post | parcel, service),
        **_place("", post, street, place), **_place("Shipping ", parcel, street, place),
    }  # fmt: skip
    for row, fault in _faulty(chance, method, rows * faulty // 100):
        name, value = FAULTS[fault]
        found[name] = found[name].astype(object) if found[name].dtype != object else found[name]
        found[name][row] = value
    return {name: found[name] for name in HEADERS}


def _only(mask: Any, values: Any) -> Any:
    import numpy as np

    return np.where(mask, values, "")


def _place(prefix: str, mask: Any, street: Any, place: Any) -> dict[str, Any]:
    names = [
        prefix + (name.lower() if prefix and name != "ZIP" else name) for name in ("Street", "City", "State", "ZIP")
    ]
    values = dict(zip(names, (street, place[:, 0], place[:, 1], place[:, 2]), strict=True))
    country = prefix + ("country" if prefix else "Country")
    return {name: _only(mask, value) for name, value in values.items()} | {country: _only(mask, "US")}


def _faulty(chance: Any, method: Any, count: int) -> Any:
    """Rows and their faults; a wrong e-mail address needs a row that has one, else it is another fault."""
    import numpy as np

    chosen = np.sort(chance.choice(len(method), size=count, replace=False))
    faults = chance.integers(len(FAULTS), size=count)
    faults = np.where((faults == 0) & (method[chosen] != "EMAIL"), 1, faults)
    return zip(chosen.tolist(), faults.tolist(), strict=True)


def make(rows: int, faulty: int, path: Path) -> None:
    """Write such a file; it appears whole or not at all."""
    found = columns(rows, faulty)
    draft = path.with_suffix(".part")
    if path.suffix == ".xlsx":
        _write_xlsx(found, draft)
    else:
        _write_csv(found, draft)
    draft.rename(path)


def _write_csv(found: dict[str, Any], path: Path) -> None:
    """As Excel would write it: nothing here needs quotation marks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    with path.open("wb") as file:
        file.write(",".join(HEADERS).encode() + b"\r\n")
        for start in range(0, len(found["UTID"]), 100_000):
            part = [pa.array(found[name][start : start + 100_000].astype(object), pa.string()) for name in HEADERS]
            joined = pc.binary_join_element_wise(*part, ",")
            file.write(("\r\n".join(joined.to_pylist()) + "\r\n").encode())


def _write_xlsx(found: dict[str, Any], path: Path) -> None:
    """As Excel would keep it: amounts and quantities are numbers, an empty cell is no cell."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("Rewards")
    sheet.write_row(0, 0, HEADERS)
    numbers = {HEADERS.index("Amount"), HEADERS.index("Quantity")}
    for row, cells in enumerate(zip(*(found[name].tolist() for name in HEADERS), strict=True), 1):
        for position, cell in enumerate(cells):
            if cell and position in numbers and cell.replace(".", "", 1).isdigit():
                sheet.write_number(row, position, float(cell))
            elif cell:
                sheet.write_string(row, position, cell)
    book.close()


if __name__ == "__main__":
    make(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
