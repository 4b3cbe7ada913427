"""The environment, as far as it can change bytes or days: the locked packages, the fonts of the charts, the clock and the zone."""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import forex
from forex.commands.keep.remedies.finding import Finding
from forex.core.clock import Clock
from forex.core.errors import ForexError

LOCKED = Path("requirements.lock")
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: *; *(?P<marker>[^\\\n ](?:[^\\\n]*[^\\\n ])?))?(?: *\\)?$",
    re.MULTILINE,
)
FONTS = Path(forex.__file__).parent / "report/fonts"
FILES = {
    "ForexSans-Regular.ttf": b"\x00\x01\x00\x00",
    "ForexSans-Bold.ttf": b"\x00\x01\x00\x00",
    "no_system_fonts.conf": b"<",
}
ZONE = "America/Santiago"
SHOWN = 4  # packages that are named


def examine(clock: Clock) -> list[Finding]:
    """What is wrong with the packages, the fonts, the zone and the clock; none of it can be mended from here."""
    return [*_packages(), *_fonts(), *_zone(), *_clock(clock)]


def _packages() -> list[Finding]:
    """Locked packages that are missing or of another version. Whether the lock exists is for git to say; others do not matter."""
    if not LOCKED.is_file():
        return []
    other = [said for name, wanted in pins(LOCKED.read_text(encoding="utf-8")) if (said := _other(name, wanted))]
    if not other:
        return []
    named = ", ".join(other[:SHOWN]) + (", …" if len(other) > SHOWN else "")
    return [
        Finding(
            "the environment",
            f"{len(other)} of its packages are not those of {LOCKED}, and bytes may differ: {named}",
            "`make clean run` installs the locked ones",
        )
    ]


def pins(content: str) -> list[tuple[str, str]]:
    """Name and version of every package that the lock asks for on this interpreter and system."""
    from packaging.markers import Marker

    found = [(match["name"], match["version"], match["marker"]) for match in PIN.finditer(content)]
    return [(name, wanted) for name, wanted, marker in found if marker is None or Marker(marker).evaluate()]


def _other(name: str, wanted: str) -> str | None:
    try:
        installed = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    return None if installed == wanted else f"{name} {installed} for {wanted}"


def _fonts() -> list[Finding]:
    broken = [name for name, begins in FILES.items() if not _begins(FONTS / name, begins)]
    if not broken:
        return []
    return [
        Finding("the fonts of the charts", f"missing or broken: {', '.join(broken)}", f"`git restore {_here(FONTS)}`")
    ]


def _begins(path: Path, with_: bytes) -> bool:
    try:
        return path.read_bytes().startswith(with_)
    except OSError:
        return False


def _here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _zone() -> list[Finding]:
    """A finding where the zone cannot be loaded: zones come from the package tzdata alone, whose version is locked."""
    try:
        ZoneInfo(ZONE)
    except (ZoneInfoNotFoundError, OSError) as error:
        return [Finding(f"the zone {ZONE}", f"not to be had ({error})", "`make clean run` installs the locked tzdata")]
    return []


def _clock(clock: Clock) -> list[Finding]:
    from forex.params import load_params
    from forex.timeline import calendar

    try:
        params = load_params("as_of", "cut_off")
        cut_off = calendar.cut_offs([params.as_of], params.cut_off)[0]
    except ForexError as error:
        return [Finding("params.yaml", str(error), "then `forex params check`")]
    now = clock()
    made = cut_off.item()
    if now.replace(tzinfo=None) >= made:
        return []
    return [
        Finding(
            "the clock",
            f"it is {now:%Y-%m-%dT%H:%M}Z by it, before the cut-off of as_of, {params.as_of} ({made:%Y-%m-%dT%H:%M}Z)",
            "set the clock, or as_of in params.yaml to a day that has passed",
        )
    ]
