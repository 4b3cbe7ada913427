"""Headers that nobody can slip another header into, and addresses that are ones."""

import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Final

from forex.core.errors import UsageError

# What RFC 5322 calls a dot-atom, at a host name; quoted local parts and addresses beyond ASCII are not sent to.
ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"(?P<local>{ATOM}(?:\.{ATOM})*)@(?P<domain>{LABEL}(?:\.{LABEL})*)")
NAMED = re.compile(r"(?P<name>[^<>@,;:\"\\]+)<(?P<address>[^<>]*)>")
LONGEST_LOCAL, LONGEST_ADDRESS = 64, 254  # RFC 5321, 4.5.3.1


@dataclass(frozen=True)
class Mailbox:
    """name: shown beside the address, "" for none."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def header(self) -> Address:
        return Address(self.name, addr_spec=self.address)


def one_line(value: str, name: str) -> str:
    """The value of a header.  Raises UsageError naming the header where it holds a control character or what would end its line."""
    for character in value:
        if unicodedata.category(character) in ("Cc", "Zl", "Zp"):
            raise UsageError(
                f"{name}: holds the control character U+{ord(character):04X}; expected one line of text. Take it out."
            )
    return value


def mailbox(text: str, name: str) -> Mailbox:
    """An address, "forecasts@example.org" or "Forecasts <forecasts@example.org>".

    Raises UsageError, without showing what was given, where it is none.  name: what the text is called in the error.
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
    """Addresses with commas between them, each once whatever its case.  Raises UsageError with the number of one that is none."""
    parts = [part for part in one_line(text, name).split(",") if part.strip(" ")]
    found = [mailbox(part, f"{name}, address {number}") for number, part in enumerate(parts, start=1)]
    if not found:
        raise UsageError(f"{name}: no address; expected some like one@example.org,two@example.org.")
    first: dict[str, Mailbox] = {}
    for one in found:
        first.setdefault(one.address.lower(), one)
    return tuple(first.values())
