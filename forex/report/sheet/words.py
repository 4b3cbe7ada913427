"""What several pages say in the same words."""

from forex.presentation.language import Language


def ends(level: float, language: Language) -> tuple[str, str]:
    """The heads of an interval's lower and upper end.

    >>> ends(0.8, Language("en"))
    ('80\u202f% from', '80\u202f% to')
    """
    covered = language.level(level)
    return language.say("{level} from", level=covered), language.say("{level} to", level=covered)
