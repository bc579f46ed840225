"""The model set `high` for visavis.

>>> import visavis, visavis_models_high
>>> verifier = visavis.Verifier(models=visavis_models_high.path())
"""

from pathlib import Path


def path() -> Path:
    """The folder of the set, for the argument `models` of visavis.Verifier."""
    return Path(__file__).parent / "models"
