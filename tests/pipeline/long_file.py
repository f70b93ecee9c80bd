"""Rows of a file that is long enough for several processes."""

from __future__ import annotations

ROWS = [f"{n},EMAIL,Ana,Silva,ana{n}@example.com,,U561593,{n % 50 + 5}" for n in range(300)]


WRONG = [f"{n},EMAIL,Ana,,ana{n}@example,,U561593,{n}" for n in range(900, 940)]
