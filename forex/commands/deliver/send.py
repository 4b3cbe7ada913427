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
    """Send what waits in the outbox, and say what became of each message: sent, waiting, or kept because it came too late.

    dry_run: nothing is sent, and each fate is the one that the message would have, `due` in place of sent.

    Raises UsageError where the environment does not say how to send, GateFailed where another process is sending.
    """
    settings, mine = load_operations().mail, account(environ)
    box = Outbox(lock_timeout=settings.lock_timeout)
    if dry_run:
        found = would_send(box, mine, settings, clock=clock)
    else:
        with box.sending(), Session(mine, settings.smtp) as session:
            found = send(box, mine, settings, session, clock=clock)
    undelivered = any(
        mail.fate == "waiting" or mail.accepted < mail.of for mail in found if mail.fate in ("sent", "waiting")
    )
    return {
        "dry_run": dry_run,
        "exit_code": Undelivered.exit_code if undelivered else EXIT_OK,
        "recipients": len(mine.recipients),
        "mails": [asdict(mail) for mail in found],
    }


def text(content: Mapping[str, Any]) -> str:
    """A line on what became of each message, and below it whatever else there is to say of it."""
    if not content["mails"]:
        return "Nothing waits in the outbox."
    return "\n".join(
        line for mail in content["mails"] for line in (_fate(mail), *(f"  {said}" for said in mail["said"]))
    )


def _fate(mail: Mapping[str, Any]) -> str:
    name, of = mail["name"], mail["of"]
    if mail["fate"] == "due":
        return f"{name} would be sent to {of} recipient{'s' if of > 1 else ''}."
    if mail["fate"] == "sent":
        return f"{name} is sent: accepted for {mail['accepted']} of {of}."
    if mail["fate"] == "kept":
        return f"{name} is too old."
    return f"{name} waits: accepted for {mail['accepted']} of {of}."
