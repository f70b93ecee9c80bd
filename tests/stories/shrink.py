"""What is the shortest story that still breaks a promise?  Steps and rows are left out one by one while it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.stories.play import Played, play
from tests.stories.story import Step, Story


def shrink(told: Story, played: Played) -> tuple[Story, Played]:
    """The story without every step and row that is not needed for one of the things that are wrong with it."""
    smaller, wanted = True, played.kinds
    while smaller:
        smaller = False
        for shorter in _shorter(told):
            again = play(shorter)
            if wanted & again.kinds:
                told, played, smaller = shorter, again, True
                break
    return told, played


def _shorter(told: Story) -> Iterator[Story]:
    for place in reversed(range(len(told.steps))):
        yield told.without(place)
    for place in reversed(range(len(told.rows))):
        if len(told.rows) > 1:
            yield replace(told, rows=told.rows[:place] + told.rows[place + 1 :])
    for place, one in enumerate(told.steps):
        for plainer in _plainer(one):
            yield replace(told, steps=(*told.steps[:place], plainer, *told.steps[place + 1 :]))


def _plainer(one: Step) -> Iterator[Step]:
    """The same step without being killed, without options."""
    plain = {"kill_at": 0, "lose_wal": False, "canary": 0, "wait": "", "folder": "camp"}
    for number, (name, value) in enumerate(one.args):
        if name in plain and value != plain[name]:
            yield Step(one.verb, (*one.args[:number], (name, plain[name]), *one.args[number + 1 :]))
