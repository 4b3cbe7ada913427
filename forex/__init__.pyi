from forex.library.steps import calibrate as calibrate
from forex.library.steps import fit as fit
from forex.library.steps import latest as latest
from forex.library.steps import panel as panel
from forex.library.steps import read_store as read_store
from forex.library.steps import score as score

__version__: str
