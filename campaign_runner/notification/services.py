"""How does a message reach people?  By Apprise, which knows mail, Slack, Teams, text messages and a hundred more.

An address holds secrets: it is neither logged nor repeated in an error.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

MISSING = "Apprise is not installed here: pip install 'campaign-runner[notify]'"
UNREADABLE = "the address is not one that Apprise understands: correct the variable that holds it"
REFUSED = "the service could not be reached, or did not accept the message: check its address, account and network"


def send_to_people(address: str, person: str, title: str, text: str) -> str:
    """Send one message; why it could not be sent, "" where it was. `{email}` in the address is the person's own."""
    try:
        from apprise import Apprise, AppriseAsset, NotifyFormat
    except ImportError:
        return MISSING
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it would log addresses
    asset = AppriseAsset(app_id="campaign-runner", app_desc="campaign-runner", async_mode=False)
    service = Apprise(asset=asset)
    if not service.add(address.replace("{email}", quote(person, safe=""))):
        return UNREADABLE
    for each in service:
        each.notify_format = NotifyFormat.TEXT  # mail would be HTML as well
    return "" if service.notify(body=text, title=title, body_format=NotifyFormat.TEXT) else REFUSED
