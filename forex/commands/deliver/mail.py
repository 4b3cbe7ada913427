"""`forex mail daily|weekly|alert`: a message about the last run, whole and once, for `forex mail send` to deliver."""

from collections.abc import Mapping
from typing import Any

from forex.commands.deliver.material import gathered
from forex.core.clock import Clock, now
from forex.core.places import OUTBOX
from forex.core.reports import plain
from forex.mail.letter import letter
from forex.mail.message import message
from forex.mail.outbox import Outbox, name_of
from forex.mail.rules import Kind
from forex.operations import load_operations
from forex.params import load_params
from forex.presentation.language import language


def view(kind: Kind, *, clock: Clock = now) -> dict[str, Any]:
    """Put the message into the outbox, unless it was made before or nothing is worth a message.

    It is made once per origin, the weekly one once per `as_of`; an alert only where reports/alerts.json says that the newest origin
    is worth a message.  Raises what `gathered` raises, and GateFailed where another process holds the outbox.
    """
    params = load_params()
    settings = load_operations().mail
    found = gathered(kind, params, settings, clock())
    forecast, send = found.material.reports.forecast, found.material.reports.alerts.send
    name = name_of(kind, forecast.as_of if kind == "weekly" else forecast.origin_date)
    content: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "made": False,
        "place": None,
        "why_not": None,
        "subject": None,
        "priority": None,
        "attached": [],
        "said": [],
    }
    if kind == "alert" and not send.send:
        return content | {"why_not": plain(send.why)}
    box = Outbox(lock_timeout=settings.lock_timeout)
    if place := box.place(name):
        return content | {"place": place}
    draft = letter(
        kind, found.material, settings, language(settings.language or params.report.language), found.attached
    )
    return content | {
        "made": box.put(name, message(draft)),
        "place": "new",
        "subject": draft.subject,
        "priority": draft.priority,
        "attached": [attachment.name for attachment in draft.attachments],
        "said": list(found.said),
    }


def text(content: Mapping[str, Any]) -> str:
    """Where the message is, with its subject and attachments; or why there is none, or no new one."""
    if content["why_not"]:
        return f"Nothing is worth a message: {content['why_not']['says']}."
    where = f"{OUTBOX}/{content['place']}/{content['name']}.eml"
    if not content["made"]:
        return f"{content['name']} was made before: {where}. A message is made once."
    lines = [content["subject"], f"{where}, with {', '.join(content['attached'])}. `forex mail send` delivers it."]
    return "\n".join([*lines, *content["said"]])
