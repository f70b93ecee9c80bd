"""Check a CSV file by hand: csv.DictReader and compiled expressions; counts problems, reports nothing."""

from __future__ import annotations

import csv
import sys

from bench.contenders.rules import person, problems, tidied


def main(path: str) -> None:
    rows = faulty = found = 0
    seen: set[str] = set()
    people: set[tuple[str, str, str]] = set()
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in map(tidied, csv.DictReader(file)):
            rows += 1
            wrong = list(problems(row))
            if row["Employee ID"] in seen:
                wrong.append("Employee ID is there already")
            seen.add(row["Employee ID"])
            if person(row) in people:
                wrong.append("the same person gets the same reward already")
            people.add(person(row))
            faulty += bool(wrong)
            found += len(wrong)
    print(f"{rows} rows, {faulty} faulty, {found} problems")


if __name__ == "__main__":
    main(sys.argv[1])
