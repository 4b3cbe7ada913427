from forex.library import calibrate as calibrate
from forex.library import fit as fit
from forex.library import latest as latest
from forex.library import panel as panel
from forex.library import read_store as read_store
from forex.library import score as score

__version__: str
