"""In which rows does a part of a name, an address or a number stand?  Of each upload, the rows that name somebody are
kept as text in their order, some thousand in a packed part: a million are searched without opening an order.

A line of the text is the row's number, the name and how the person is reached, with tabs between them, case folded.
Whoever is erased, or whose line was taken back, goes out of the text as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from campaign_runner.ledger.packing import pack, unpack
from campaign_runner.ledger.schema import line_items, recipient_texts, tallies

Part = tuple[int, int, str]
END = 2**31 - 1  # behind every row
AT_ONCE = 8


def record(connection: Connection, upload: int, parts: Iterable[Part]) -> None:
    """Write the parts of an upload: first row, last row, text."""
    for first, last, text in parts:
        values = {"upload": upload, "first_row": first, "last_row": last, "bytes": pack(text.encode())}
        connection.execute(insert(recipient_texts).values(**values))


def rows_with(connection: Connection, upload: int, part: str, after: int = 0) -> Iterator[tuple[int, list[int]]]:
    """Rows behind `after` in which `part` stands, whatever its case, text by text; each with the row before which no
    later text begins."""
    wanted = part.casefold()
    mine = (recipient_texts.c.upload == upload, recipient_texts.c.last_row > after)
    starts = connection.scalars(
        select(recipient_texts.c.first_row).where(*mine).order_by(recipient_texts.c.first_row)
    ).all()
    followed = [*starts[1:], END]
    for at in range(0, len(starts), AT_ONCE):
        texts = _texts(connection, upload, starts[at : at + AT_ONCE])
        for text, following in zip(texts, followed[at : at + AT_ONCE], strict=True):
            yield following, [row for row in _rows(text, wanted) if row > after]


def has_any(connection: Connection, upload: int) -> bool:
    """Whether the recipients of an upload are kept; an older ledger has only its orders."""
    return (
        connection.execute(
            select(recipient_texts.c.upload).where(recipient_texts.c.upload == upload).limit(1)
        ).first()
        is not None
    )


def forget(connection: Connection, uploads: Collection[int]) -> None:
    """Of whole uploads."""
    connection.execute(delete(recipient_texts).where(recipient_texts.c.upload.in_(uploads)))


def tidy(connection: Connection, uploads: Iterable[int]) -> None:
    """Take out the rows of which no line is left, or which were erased."""
    for upload in set(uploads):
        if connection.execute(select(tallies.c.upload).where(tallies.c.upload == upload).limit(1)).first() is None:
            forget(connection, [upload])
            continue
        query = select(recipient_texts.c.first_row, recipient_texts.c.last_row).where(
            recipient_texts.c.upload == upload
        )
        for first, last in connection.execute(query).all():
            within = (line_items.c.upload == upload, line_items.c.row >= first, line_items.c.row <= last)
            lines = connection.execute(select(line_items.c.row, line_items.c.erased_at).where(*within)).all()
            kept = {row for row, _ in lines} - {row for row, erased_at in lines if erased_at}
            (before,) = _texts(connection, upload, [first])
            text = "\n".join(line for line in before.split("\n") if line and int(line.partition("\t")[0]) in kept)
            if text != before:
                mine = (recipient_texts.c.upload == upload, recipient_texts.c.first_row == first)
                connection.execute(update(recipient_texts).where(*mine).values(bytes=pack(text.encode())))


def _texts(connection: Connection, upload: int, starts: Sequence[int]) -> Iterator[str]:
    mine = (recipient_texts.c.upload == upload, recipient_texts.c.first_row.in_(starts))
    query = select(recipient_texts.c.bytes).where(*mine).order_by(recipient_texts.c.first_row)
    return (unpack(packed).decode() for packed in connection.scalars(query).all())


def _rows(text: str, wanted: str) -> Iterator[int]:
    """The numbers of the lines that match behind their number, each once."""
    at = 0
    while (place := text.find(wanted, at)) >= 0:
        begin = text.rfind("\n", 0, place) + 1
        cells = text.index("\t", begin)
        if place <= cells:  # digits of the row's number: on with the rest of the line
            at = cells + 1
            continue
        yield int(text[begin:cells])
        at = text.find("\n", place)
        if at < 0:
            return
