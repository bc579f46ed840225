"""Programs as a new user would write them: each must do what its author expects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import IMAGES

PHOTOS = {
    "a": "astronaut",
    "b": "astronaut-dark",
    "other": "hopper",
    "two": "two-people",
    "none": "texture",
    "text": "text",
}
"""Two photos of one person, one of another, one with two people, one without a face, and no photo."""

TOP = "import io, json, pathlib\nimport visavis\n"

PROGRAMS = """
# a door that opens
print('open' if visavis.verify('a.jpg', 'b.jpg').is_match else 'shut')
#> open

# two different people
print(visavis.verify('a.jpg', 'other.jpg').is_match)
#> False

# the score in a sentence
v = visavis.verify('a.jpg', 'b.jpg')
print(f'{v.score:.0f} of 100, from {v.threshold:.0f} on it is a match')
#> 68 of 100, from 27 on it is a match

# one in how many
print(round(1 / visavis.verify('a.jpg', 'other.jpg').false_match_rate))
#> 12

# paths of pathlib
f = pathlib.Path.cwd()
print(visavis.verify(f / 'a.jpg', f / 'b.jpg').is_match)
#> True

# bytes that were read
print(visavis.verify(open('a.jpg', 'rb').read(), open('b.jpg', 'rb').read()).is_match)
#> True

# files that are open
with open('a.jpg', 'rb') as a, open('b.jpg', 'rb') as b:
    print(visavis.verify(a, b).is_match)
#> True

# a buffer in memory
print(visavis.verify(io.BytesIO(open('a.jpg', 'rb').read()), 'b.jpg').is_match)
#> True

# a picture of Pillow
from PIL import Image
print(visavis.verify(Image.open('a.jpg'), Image.open('b.jpg')).is_match)
#> True

# a thumbnail of Pillow
from PIL import Image
small = Image.open('a.jpg')
small.thumbnail((200, 200))
print(visavis.verify(small, 'b.jpg').is_match)
#> True

# an array of numpy
import numpy
from PIL import Image
print(visavis.verify(numpy.array(Image.open('a.jpg')), 'b.jpg').is_match)
#> True

# a frame in the order of OpenCV
import numpy
from PIL import Image
frame = numpy.array(Image.open('a.jpg'))[:, :, ::-1]
print(visavis.verify(frame, 'b.jpg', order='bgr').is_match)
#> True

# a photo from a Base64 request
import base64
body = json.dumps({'photo': base64.b64encode(open('a.jpg', 'rb').read()).decode()})
print(visavis.verify(visavis.from_base64(json.loads(body)['photo']), 'b.jpg').is_match)
#> True

# a photo from a data URL
import base64
url = 'data:image/jpeg;base64,' + base64.b64encode(open('a.jpg', 'rb').read()).decode()
print(visavis.verify(visavis.from_base64(url), 'b.jpg').is_match)
#> True

# a web address
try:
    visavis.verify('https://example.org/a.jpg', 'b.jpg')
except ValueError as error:
    print('not fetched' in str(error))
#> True

# the reason why it failed
try:
    visavis.verify('a.jpg', 'none.jpg')
except visavis.NoFaceError as error:
    print(error.side, error.code)
#> reference NO_FACE

# who can fix it
for photo in ('none.jpg', 'text.jpg'):
    try:
        visavis.verify(photo, 'b.jpg')
    except visavis.PhotoError:
        print('take another photo')
    except visavis.ImageError:
        print('send a photo')
#> take another photo
#> send a photo

# anything that may go wrong
try:
    visavis.verify('text.jpg', 'b.jpg')
except visavis.Error as error:
    print(json.loads(json.dumps(error.to_dict()))["code"])
#> UNSUPPORTED_FORMAT

# a file that is missing
try:
    visavis.verify('a.jpg', 'missing.jpg')
except FileNotFoundError as error:
    print(error.filename)
#> missing.jpg

# a forgotten .is_match
try:
    if visavis.verify('a.jpg', 'other.jpg'):
        print('welcome')
except TypeError as error:
    print(error)
#> a Verdict is neither true nor false: use its .is_match

# a stricter call
v = visavis.verify('a.jpg', 'b.jpg', threshold=99)
print(v.is_match, v.threshold)
#> False 99.0

# a verifier with settings
v = visavis.Verifier(threshold=40, face='largest', workers=1)
print(v.verify('a.jpg', 'b.jpg').is_match)
#> True

# a verdict in a database
row = json.loads(json.dumps(visavis.verify('a.jpg', 'b.jpg').to_dict()))
print(row['is_match'], row['probe']['face_count'])
#> True 1

# enrolment and login
stored = visavis.extract('a.jpg').template.to_bytes()
template = visavis.Template.from_bytes(stored)
print(visavis.verify('b.jpg', template).is_match, visavis.verify('other.jpg', template).is_match)
#> True False

# templates in a file
import pickle
pathlib.Path('people').write_bytes(pickle.dumps({'ann': visavis.extract('a.jpg').template}))
people = pickle.loads(pathlib.Path('people').read_bytes())
print(visavis.verify('b.jpg', people['ann']).is_match)
#> True

# who it is, among many
people = {'ann': 'a.jpg', 'bob': 'other.jpg'}
names = list(people)
gallery = [made.get().template for made in visavis.extract_many(people.values())]
best = visavis.rank(visavis.extract('b.jpg').template, gallery, top=1)[0]
print(names[best.index], best.is_match)
#> ann True

# a group photo
one, other = (visavis.extract_face('two.jpg', face) for face in visavis.detect('two.jpg'))
print(visavis.compare(one, other).is_match)
#> False

# how many faces
print(len(visavis.detect('two.jpg')), len(visavis.detect('none.jpg')))
#> 2 0

# where the eyes are
eyes = visavis.detect('a.jpg').face.landmarks
print(eyes.right_eye.x < eyes.left_eye.x)
#> True

# a face as a picture
from PIL import Image
face = visavis.detect('a.jpg').face
cut = Image.open(io.BytesIO(visavis.crop('a.jpg', face, margin=0)))
print(abs(cut.width - face.bounds.width) < 2)
#> True

# frames around faces
pathlib.Path('marked.png').write_bytes(visavis.draw('two.jpg'))
print(len(visavis.detect('marked.png')))
#> 2

# a hint for the photographer
dark, light = (visavis.extract(f, quality=True).sample.face.quality.brightness for f in ('b.jpg', 'a.jpg'))
print('more light' if dark < light else 'fine')
#> more light

# a folder in a loop
pairs = [(file, 'a.jpg') for file in ('a.jpg', 'b.jpg', 'other.jpg', 'none.jpg')]
print([o.value.is_match if o.error is None else o.error.code for o in visavis.verify_many(pairs)])
#> [True, True, False, 'NO_FACE']

# a progress bar
class Bar:
    n = 0
    def step(self, done, total):
        self.n, self.total = done, total
bar = Bar()
list(visavis.extract_many(['a.jpg', 'b.jpg'], progress=bar.step))
print(bar.n, bar.total)
#> 2 2

# a pool of threads
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as pool:
    print([v.is_match for v in pool.map(visavis.verify, ['a.jpg', 'other.jpg'], ['b.jpg', 'b.jpg'])])
#> [True, False]

# an event loop
import asyncio
print(asyncio.run(asyncio.to_thread(visavis.verify, 'a.jpg', 'b.jpg')).is_match)
#> True

# a switch over outcomes
match visavis.verify('a.jpg', 'b.jpg'):
    case visavis.Verdict(is_match=True, score=score) if score > 60:
        print('sure')
    case visavis.Verdict():
        print('not sure')
#> sure

# a look at an answer
print(visavis.extract('a.jpg').template, visavis.Verifier(workers=1))
#> Template(192 dimensions) Verifier(engine=
"""
"""A title, the program, and the start of its output."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, photo in PHOTOS.items():
        shutil.copy(IMAGES / f"{photo}.jpg", tmp_path / f"{name}.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Such programs do not close their files themselves.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("text", PROGRAMS.strip().split("\n\n"), ids=lambda text: text.splitlines()[0][2:])
def test_a_natural_program_does_what_its_author_expects(
    text: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(TOP + text, "program.py", "exec"), {"__name__": "program"})
    expected = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#> "))
    assert expected and capsys.readouterr().out.startswith(expected)
