"""`forex mail send`: delivers what waits in the outbox over SMTP."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from forex.core.clock import Clock, now
from forex.core.errors import EXIT_OK, Undelivered
from forex.mail.account import account
from forex.mail.outbox import Outbox
from forex.mail.send import send, would_send
from forex.mail.smtp import Session
from forex.operations import load_operations


def view(*, dry_run: bool, clock: Clock = now, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """What became of each message that waits: sent, waiting, or kept for it came too late; or, of a dry run, what would.

    Raises UsageError where the environment does not say how to send, GateFailed where another process sends.
    """
    settings, mine = load_operations().mail, account(environ)
    box = Outbox(lock_timeout=settings.lock_timeout)
    if dry_run:
        found = would_send(box, mine, settings, clock=clock)
    else:
        with box.sending(), Session(mine, settings.smtp) as session:
            found = send(box, mine, settings, session, clock=clock)
    undelivered = any(
        one.fate == "waiting" or one.accepted < one.of for one in found if one.fate in ("sent", "waiting")
    )
    return {
        "dry_run": dry_run,
        "exit_code": Undelivered.exit_code if undelivered else EXIT_OK,
        "recipients": len(mine.recipients),
        "mails": [asdict(one) for one in found],
    }


def text(content: Mapping[str, Any]) -> str:
    if not content["mails"]:
        return "Nothing waits in the outbox."
    return "\n".join(line for one in content["mails"] for line in (_fate(one), *(f"  {said}" for said in one["said"])))


def _fate(one: Mapping[str, Any]) -> str:
    name, of = one["name"], one["of"]
    if one["fate"] == "due":
        return f"{name} would be sent to {of} recipient{'s' if of > 1 else ''}."
    if one["fate"] == "sent":
        return f"{name} is sent: accepted for {one['accepted']} of {of}."
    if one["fate"] == "kept":
        return f"{name} is too old."
    return f"{name} waits: accepted for {one['accepted']} of {of}."
