"""Addresses and the account: a wrong value is named by its variable and never shown."""

import pytest

from forex.core.errors import UsageError
from forex.mail.account import Account, account
from forex.mail.headers import mailbox, mailboxes
from forex.providers.network.secret import hidden

ENVIRON = {
    "FOREX_SMTP_HOST": "smtp.example.org",
    "FOREX_SMTP_USER": "me@example.org",
    "FOREX_SMTP_PASSWORD": "hunter2",
    "FOREX_SMTP_FROM": "forecasts@example.org",
    "FOREX_SMTP_TO": "ann@example.org, Bob <bob@example.org>,ANN@example.org",
}


def of(**changes: str) -> Account:
    return account(ENVIRON | {f"FOREX_SMTP_{name}": value for name, value in changes.items()})


def test_the_usual_ports_go_with_their_encryption() -> None:
    assert [(of(**env).port, of(**env).tls) for env in ({}, {"PORT": "465"}, {"TLS": "ssl"}, {"PORT": "2525"})] == [
        (587, "starttls"),
        (465, "ssl"),
        (465, "ssl"),
        (2525, "starttls"),
    ]


def test_each_recipient_counts_once_whatever_its_case() -> None:
    assert [(to.address, to.name) for to in of().recipients] == [("ann@example.org", ""), ("bob@example.org", "Bob")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"HOST": ""}, "FOREX_SMTP_HOST: expected the name"),
        ({"HOST": "a b"}, "FOREX_SMTP_HOST"),
        ({"PORT": "0"}, "FOREX_SMTP_PORT: expected a number from 1 to 65535"),
        ({"PORT": "65536"}, "FOREX_SMTP_PORT"),
        ({"PORT": "x"}, "FOREX_SMTP_PORT"),
        ({"TLS": "none"}, "FOREX_SMTP_TLS: expected starttls or ssl"),
        ({"PASSWORD": ""}, "FOREX_SMTP_USER, FOREX_SMTP_PASSWORD: expected both"),
        ({"CA": "/nowhere/ca.pem"}, "FOREX_SMTP_CA: there is no such file"),
        ({"TO": ""}, "FOREX_SMTP_TO: no address"),
        ({"TO": "ann@example.org,bad"}, "FOREX_SMTP_TO, address 2: no address"),
        ({"FROM": ""}, "FOREX_SMTP_FROM: no address"),
        ({"PASSWORD": "secret\nBcc: eve@example.org"}, "FOREX_SMTP_PASSWORD: holds the control character U\\+000A"),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(changes: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        of(**changes)
    assert not any(value in str(error.value) for value in changes.values() if len(value) > 5)


@pytest.mark.parametrize(
    "text",
    [
        "", "ann", "@example.org", "ann@", "ann@@example.org", "ann@exam ple.org", "a..b@example.org", ".a@example.org",
        "ann@-example.org", "ann@example..org", "<ann@example.org", "ann@example.org>", "ann@example.org, bob@example.org",
        "Ann <ann>", 'x" <ann@example.org>', "añn@example.org", "ann@exámple.org", "a" * 65 + "@example.org",
        "ann@" + "a" * 250 + ".org", '"ann b"@example.org', "ann@[127.0.0.1]", "Ann <ann@example.org> <bob@example.org>",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="TO: no address"):
        mailbox(text, "TO")


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org\r\nBcc: eve@example.org",
        "Ann\n <ann@example.org>",
        "ann@example.org\0",
        "a\x1bb <ann@example.org>",
    ],
)
def test_an_address_brings_no_header_of_its_own(text: str) -> None:
    for read in (mailbox, mailboxes):
        with pytest.raises(UsageError, match="control character") as error:
            read(text, "TO")
        assert "eve" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["ann@localhost", "o'neil+x@a-b.example.org", "Ann B. Ñ <ann@example.org>", " ann@example.org "]
)
def test_what_is_an_address_is_taken(text: str) -> None:
    assert mailbox(text, "TO").address in text


def test_nothing_of_the_account_is_shown() -> None:
    mine = of()
    said = hidden(f"{ENVIRON} aHVudGVyMg== AG1lQGV4YW1wbGUub3JnAGh1bnRlcjI=", mine.secrets)
    for value in (
        "smtp.example.org",
        "me@example.org",
        "hunter2",
        "ann@",
        "bob@",
        "aHVudGVyMg==",
        "AG1lQGV4YW1wbGUub3JnAGh1bnRlcjI=",
    ):
        assert value not in said and value not in repr(mine)
