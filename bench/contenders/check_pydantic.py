"""Check a CSV file with a pydantic model per row; counts problems, reports nothing."""

from __future__ import annotations

import csv
import sys

from pydantic import ValidationError

from bench.contenders.models import LINE
from bench.contenders.rules import tidied


def main(path: str) -> None:
    rows = faulty = found = 0
    seen: set[str] = set()
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in map(tidied, csv.DictReader(file)):
            rows += 1
            try:
                line = LINE.validate_python({name: value for name, value in row.items() if value})
                seen.add(line.employee)
            except ValidationError as error:
                faulty += 1
                found += len(error.errors())
    print(f"{rows} rows, {faulty} faulty, {found} problems")


if __name__ == "__main__":
    main(sys.argv[1])
