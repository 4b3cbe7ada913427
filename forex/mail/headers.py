"""Header values that cannot smuggle in another header, and addresses that really are addresses."""

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Final

from forex.core.errors import UsageError

# A dot-atom of RFC 5322 at a host name. Nothing is sent to quoted local parts or to addresses beyond ASCII.
ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?P<local>{ATOM}(?:\.{ATOM})*)@(?P<domain>{LABEL}(?:\.{LABEL})*)")
NAMED = re.compile(r"(?P<name>[^<>@,;:\"\\]+)<(?P<address>[^<>]*)>")
LONGEST_LOCAL, LONGEST_ADDRESS = 64, 254  # RFC 5321, 4.5.3.1


@dataclass(frozen=True)
class Mailbox:
    """An address that mail comes from or goes to.  name: shown beside the address, "" for none."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The part of the address after its @."""
        return self.address.rpartition("@")[2]

    @property
    def header(self) -> Address:
        """Name and address as the `email` package takes them for From or To."""
        return Address(self.name, addr_spec=self.address)


def one_line(value: str, name: str) -> str:
    """`value` as it is, fit to be a header.

    Raises UsageError, calling it `name`, where it holds a control character or a line or paragraph separator.
    """
    for character in value:
        if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            raise UsageError(
                f"{name}: holds the control character U+{ord(character):04X}; expected one line of text. Take it out."
            )
    return value


def mailbox(text: str, name: str) -> Mailbox:
    """The mailbox that `text` gives, as "forecasts@example.org" or "Forecasts <forecasts@example.org>".

    Raises UsageError, without showing the text, where it gives none.  name: what the text is called in the error.
    """
    plain = one_line(text, name).strip(" ")
    named = NAMED.fullmatch(plain)
    found = ADDRESS.fullmatch(named["address"] if named else plain)
    if not found or len(found["local"]) > LONGEST_LOCAL or len(found[0]) > LONGEST_ADDRESS:
        raise UsageError(
            f"{name}: no address that mail can be sent to; expected one like forecasts@example.org, in ASCII letters, "
            "or Forecasts <forecasts@example.org>."
        )
    return Mailbox(found[0], named["name"].strip() if named else "")


def mailboxes(text: str, name: str) -> tuple[Mailbox, ...]:
    """The mailboxes that `text` gives with commas between them, each address once whatever its case.

    Raises UsageError where it gives none, and as `mailbox` does, with the number of the address at fault.
    """
    parts = [part for part in one_line(text, name).split(",") if part.strip(" ")]
    found = [mailbox(part, f"{name}, address {number}") for number, part in enumerate(parts, start=1)]
    if not found:
        raise UsageError(f"{name}: no address; expected some like one@example.org,two@example.org.")
    first: dict[str, Mailbox] = {}
    for box in found:
        first.setdefault(box.address.lower(), box)
    return tuple(first.values())
