"""Does a text of nothing but ASCII mean other letters?  UTF-7 (`Jos+AOk-`) and HZ (`~{VPND~}`) spell them in ASCII."""

from __future__ import annotations

import re
from pathlib import Path

_PIECE = 1 << 20
# Latin to Arabic letters begin with A or B. An e-mail address with a plus sign is none.
_UTF_7 = re.compile(rb"\+[AB][A-Za-z0-9+/]{2,60}(?:-|(?![A-Za-z0-9+/]))(?![\w.+-]*@)")
_USUAL = re.compile("[À-ſ\u0370-\u064f]+")  # what `Google+Ads` would stand for is none of these
_HZ = re.compile(rb"~\{(?:[!-w][!-~]){1,60}~\}")


def seven_bits(path: Path) -> str:
    """The name of such an encoding, "" where the text is what it seems."""
    last = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            seam = last + piece
            if b"~{" in seam and any(_letters(found[0], "hz") for found in _HZ.finditer(seam)):
                return "HZ"
            if any(sign in seam for sign in (b"+A", b"+B")) and any(
                _USUAL.fullmatch(_letters(found[0], "utf-7")) for found in _UTF_7.finditer(seam)
            ):
                return "UTF-7"
            last = piece[-200:]
    return ""


def _letters(spelled: bytes, codec: str) -> str:
    """The letters beyond ASCII that it stands for, "" if for anything else."""
    try:
        text = spelled.decode(codec)
    except UnicodeError:
        return ""
    return text if text.isalpha() and not text.isascii() else ""
