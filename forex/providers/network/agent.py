"""How we name ourselves to services: some answer 429 to agents that do not look like a browser's."""

from importlib.metadata import PackageNotFoundError, metadata

VERSION = "forex/VERSION"  # in fetch.network.user_agent, where our version and the project's address take its place


def user_agent(text: str) -> str:
    """`text` with our version in place of VERSION, followed by the project's address where the package's metadata has one.

    >>> user_agent("another")
    'another'
    """
    try:
        about = metadata("forex")
    except PackageNotFoundError:
        return text.replace(VERSION, "forex")
    urls = [entry.partition(", ")[2] for entry in about.get_all("Project-URL") or []]
    return text.replace(VERSION, "; +".join([f"forex/{about['Version']}", *urls[:1]]))
