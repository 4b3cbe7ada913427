"""How we name ourselves to services: some answer 429 to agents that do not look like a browser's."""

from importlib.metadata import PackageNotFoundError, metadata

VERSION = "forex/VERSION"  # in fetch.network.user_agent, where ours and the project's address are put in


def user_agent(text: str) -> str:
    """`text` with our version in place of VERSION, and the project's address behind it where project.urls has one.

    >>> user_agent("another")
    'another'
    """
    try:
        about = metadata("forex")
    except PackageNotFoundError:
        return text.replace(VERSION, "forex")
    urls = [one.partition(", ")[2] for one in about.get_all("Project-URL") or []]
    return text.replace(VERSION, "; +".join([f"forex/{about['Version']}", *urls[:1]]))
