"""Who is in the lines of a plan, as text for a search?  Row number, name, and how the person is reached, case folded, in
the order of the rows; lines that name nobody are left out."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from campaign_runner.planning.line_template import TEXT
from campaign_runner.planning.payloads import joined
from campaign_runner.planning.plan import Plan
from campaign_runner.planning.planned_columns import people

AT_ONCE = 10_000


def recipient_texts(plan: Plan) -> Iterator[tuple[int, int, str]]:
    """First row, last row and text of some thousand lines each."""
    lines = plan.new.sort_values("row", kind="stable") if len(plan.new) else plan.new
    for start in range(0, len(lines), AT_ONCE):
        part = lines.iloc[start : start + AT_ONCE]
        rows = part["row"].to_numpy()
        name, ways = people(plan.payloads(part))
        who = joined(name, *ways, separator="\t", skip_nulls=True)
        named = pc.not_equal(who, "")
        numbers = pa.array(rows).cast(TEXT).filter(named)
        texts = joined(numbers, _folded(pc.replace_substring_regex(who.filter(named), r"\n", " ")), separator="\t")
        yield int(rows[0]), int(rows[-1]), "\n".join(texts.to_pylist())


def _folded(texts: pa.Array) -> pa.Array:
    """Python's own folding where letters are beyond ASCII."""
    odd = pc.invert(pc.string_is_ascii(texts))
    plain = pc.utf8_lower(texts)
    if not pc.any(odd).as_py():
        return plain
    return pc.replace_with_mask(
        plain, odd, pa.array([text.casefold() for text in texts.filter(odd).to_pylist()], TEXT)
    )
