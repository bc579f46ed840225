"""Adds the third-party notices and the bill of materials to a wheel: `python into_wheel.py WHEEL NOTICES BILL`.

maturin can add only files of the source folder, and these are generated for each platform.
"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

wheel, notices, bill = map(Path, sys.argv[1:])
with zipfile.ZipFile(wheel) as archive:
    files = {info: archive.read(info) for info in archive.infolist()}


def entry(name, data):
    """The line of RECORD about a file."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def of_distribution(name):
    (found,) = (info for info in files if info.filename.endswith(f".dist-info/{name}"))
    return found


metadata, record = of_distribution("METADATA"), of_distribution("RECORD")
for source, folder in [(notices, "licenses"), (bill, "sboms")]:
    name = f"{record.filename.removesuffix('RECORD')}{folder}/{source.name}"
    added = zipfile.ZipInfo(name, record.date_time)
    added.external_attr, added.compress_type = record.external_attr, record.compress_type
    files[added] = source.read_bytes()
# The metadata must list every file in the folder of licences.
head, end, rest = files[metadata].partition(b"\n\n")
files[metadata] = head + f"\nLicense-File: {notices.name}".encode() + end + rest
# RECORD comes last, and has no checksum of itself.
del files[record]
lines = [entry(info.filename, data) for info, data in files.items()]
files[record] = "".join([*lines, f"{record.filename},,\n"]).encode()
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
    for info, data in files.items():
        archive.writestr(info, data, compress_type=info.compress_type)
