"""visavis: do these two photos show the same person?

>>> import visavis
>>> verdict = visavis.verify("astronaut.jpg", "astronaut-dark.jpg")
>>> verdict.is_match, verdict.integer_score
(True, 67)

The comparison score is -10 log10 of the false match rate: 30 means that one pair of different people in a thousand is
as similar, 40 one in ten thousand. "Different people" is a verdict, never an error.

A photo is an image file (bytes, a path, an open file) or pixels (a numpy array of uint8, a PIL.Image). Nothing is
logged, written or sent.

The functions of this module are the methods of one `Verifier` with default settings, created at the first call.
"""

from visavis._batch import Failure as Failure
from visavis._batch import Outcome as Outcome
from visavis._batch import Success as Success
from visavis._errors import CallerError as CallerError
from visavis._errors import Code as Code
from visavis._errors import Error as Error
from visavis._errors import FaceTooSmallError as FaceTooSmallError
from visavis._errors import ImageError as ImageError
from visavis._errors import InternalError as InternalError
from visavis._errors import NoFaceError as NoFaceError
from visavis._errors import PhotoError as PhotoError
from visavis._errors import SetupError as SetupError
from visavis._errors import SeveralFacesError as SeveralFacesError
from visavis._functions import compare as compare
from visavis._functions import crop as crop
from visavis._functions import detect as detect
from visavis._functions import draw as draw
from visavis._functions import enroll as enroll
from visavis._functions import extract as extract
from visavis._functions import extract_face as extract_face
from visavis._functions import extract_many as extract_many
from visavis._functions import rank as rank
from visavis._functions import verify as verify
from visavis._functions import verify_many as verify_many
from visavis._photos import Photo as Photo
from visavis._results import Bounds as Bounds
from visavis._results import Comparison as Comparison
from visavis._results import Detection as Detection
from visavis._results import Engine as Engine
from visavis._results import Enrolled as Enrolled
from visavis._results import Enrollment as Enrollment
from visavis._results import Extraction as Extraction
from visavis._results import Face as Face
from visavis._results import Landmarks as Landmarks
from visavis._results import Milliseconds as Milliseconds
from visavis._results import PartialVerdict as PartialVerdict
from visavis._results import Picture as Picture
from visavis._results import Point as Point
from visavis._results import Quality as Quality
from visavis._results import Ranked as Ranked
from visavis._results import Sample as Sample
from visavis._results import Verdict as Verdict
from visavis._verifier import Verifier as Verifier
from visavis._visavis import Template as Template
from visavis._visavis import __version__ as __version__
from visavis._visavis import from_base64 as from_base64
