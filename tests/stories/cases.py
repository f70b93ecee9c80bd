"""Literal little campaigns, for the reproductions."""

from __future__ import annotations

from tests.stories.world import World

PLAIN = {"campaign": {"id": "q4", "name": "Q4"}, "defaults": {"deliveryMethod": "EMAIL", "utid": "U561593"}}
KEYED = PLAIN | {"identity": {"key": ["Employee ID"]}}
OTHER = PLAIN | {"campaign": {"id": "thanks", "name": "Thanks"}}
TWO = "First name,E-mail,Amount\nAna,ana@example.com,25\nBo,bo@example.com,10\n"
PAID = [("ana", 25), ("bo", 10)]
IDS = "Employee ID,First name,E-mail,Amount\n"


def many(rows: int, first: int = 1) -> str:
    """So many rows, each of another person and amount."""
    lines = [f"P{n},p{n}@example.com,{n}" for n in range(first, first + rows)]
    return "\n".join(["First name,E-mail,Amount", *lines]) + "\n"


def once(rows: int) -> list[tuple[str, float]]:
    """Each of them once."""
    return sorted((f"p{n}", float(n)) for n in range(1, rows + 1))


def statuses(world: World, campaign: str = "q4") -> list[str]:
    return [row["Status"] for row in world.results(campaign)]


def both(world: World, rows: int) -> None:
    """Two campaigns of one folder, with the same people."""
    for name, values in (("campaign.toml", PLAIN), ("b.toml", OTHER)):
        world.settings(values | {"tango": {"batch_size": 5}}, name)
    for name in ("q4.csv", "b.csv"):
        world.write(name, many(rows))
