"""Which e-mail domains are usually typing mistakes, and for what?"""

from __future__ import annotations

_USUAL = {
    "gmail.com": "gmial.com gmai.com gmal.com gmil.com gamil.com gnail.com gmaill.com gmail.co gmail.con gmail.cm "
    "gmail.om gmail.comm gmsil.com",
    "hotmail.com": "hotmial.com hotmal.com hotmil.com hotmai.com hotmaill.com hotmail.con hotmail.cm hotamil.com",
    "outlook.com": "outlok.com outloo.com outllook.com outlook.con outlook.cm oulook.com",
    "yahoo.com": "yaho.com yahooo.com yhaoo.com yahho.com yahoo.con yahoo.cm yaoo.com",
    "icloud.com": "iclod.com icoud.com iclould.com icloud.con icloud.cm",
    "aol.com": "aol.con aol.cm",
}
TYPING_MISTAKES = {mistake: domain for domain, mistakes in _USUAL.items() for mistake in mistakes.split()}
