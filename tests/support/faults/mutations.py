"""What may happen to a file: seeded damages of its bytes, and what somebody would write on purpose."""

import copy
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

# What parsers and their readers have fallen over: numbers, days, names, brackets, characters.
TOKENS: Sequence[bytes] = (
    b"-1", b"0", b"1e400", b"-0.0", b"NaN", b"Infinity", b"9" * 4301, b"0x1F", b"1_000", b"1e3", b"+5", b" 5", b"5 ",
    "٣".encode(), "９".encode(), b"2024-11-31", b"2024-13-01", b"0000-00-00", b"9999-12-31", b"20241127",
    b"2024-W48-3", b"2024-11-27T25:00:00Z", b"2024-11-27T00:00:00+99:99", b"24:00", b"null", b"true", b"~", b"''", b'""',
    b"[]", b"{}", b"[[[[", b"]]]]", b"{{", b"}}", b"&z [*z]", b"*z", b"!!int x", b"!!python/object:os.system x", b"<<: *z",
    b"\x00", b"\x1b[31m", b"\r", b"\n", b"\r\n", b"\t", b"\xff", b"\xc3", b"\xef\xbb\xbf", "\u2028".encode(), "\u202e".encode(),
    b"..", b"../", b"/", b"\\", b"-", b"--all", b"%s", b"${x}", b",", b",,", b'"', b"'", b";", b"=1+1", b"#", b":", b"? ",
    b"x" * 5000, b"[" * 100, b"7d", b"0d", b"999d", b"1000d",
)  # fmt: skip


def mutations(content: bytes, *, count: int, seed: int) -> Iterator[bytes]:
    """`count` damaged copies of a content, the same for the same seed; each differs from the content."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        mutant = rng.choice(DAMAGES)(content, rng)
        if rng.random() < 0.2:
            mutant = rng.choice(DAMAGES)(mutant, rng)
        if mutant != content:
            made += 1
            yield mutant


def _flipped(content: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(content or b"\0")
    damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _removed(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 1, 2, 8, 200)) :]


def _inserted(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(TOKENS) + content[at:]


def _repeated(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    part = content[start : start + rng.choice((1, 10, 100, 1000))]
    return content[:start] + part * 2 + content[start + len(part) :]


def _line_moved(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    line = lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _line_repeated(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


BEGINNING = re.compile(rb'(?<=[ ,:\n"\[])[^ ,:\n"\[]')  # the first byte of a word


def _word_replaced(content: bytes, rng: random.Random) -> bytes:
    """A word, a number or a quoted text gives way to a token."""
    starts = [found.start() for found in BEGINNING.finditer(content)]
    if not starts:
        return _inserted(content, rng)
    start = rng.choice(starts)
    end = next((i for i in range(start, len(content)) if content[i : i + 1] in b' ,:\n"]}'), len(content))
    return content[:start] + rng.choice(TOKENS) + content[end:]


def _foreign(content: bytes, rng: random.Random) -> bytes:
    """Something else altogether."""
    return rng.choice(
        (
            b"",
            b"{}",
            b"[]",
            b"5",
            b"null",
            b"[" * 10_000,
            b"{" * 10_000,
            b'{"a":' * 10_000,
            b"\0" * 100,
            rng.randbytes(300),
        )
    )


DAMAGES: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flipped, _flipped, _cut, _removed, _inserted, _inserted, _repeated, _line_moved, _line_repeated, _word_replaced,
    _word_replaced, _word_replaced, _foreign,
)  # fmt: skip


VALUES: Sequence[Any] = (
    None, True, 0, -1, 5.5, 1e308, 10**400, "", "x" * 300, "\x1b[31m", "2024-11-31", "9999-12-31", "7d", "999d", [], {}, [[]],
)  # fmt: skip


def other_content(content: Any, *, count: int, seed: int) -> Iterator[Any]:
    """`count` copies of what a JSON file holds, each with a part missing, renamed, repeated, emptied or replaced."""
    rng = random.Random(seed)
    for _ in range(count):
        whole = {"": copy.deepcopy(content)}
        part, key = rng.choice([*_places(whole)])
        how = rng.choice(("missing", "renamed", "repeated", "emptied", "another", "another", "another"))
        if how == "missing" and key != "":
            del part[key]
        elif how == "renamed" and isinstance(part, dict) and key != "":
            part[f"{key}_"] = part.pop(key)
        elif how == "repeated" and isinstance(part, list):
            part.append(part[key])
        elif how == "emptied" and isinstance(part[key], dict | list):
            part[key] = type(part[key])()
        else:
            part[key] = rng.choice(VALUES)
        yield whole[""]


def _places(part: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(part) if isinstance(part, dict) else range(len(part)):
        yield part, key
        if isinstance(part[key], dict | list):
            yield from _places(part[key])
