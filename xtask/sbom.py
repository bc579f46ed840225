"""Removes the folder that a wheel was built in from its bill of materials: `python sbom.py WHEEL FOLDER`."""

import base64
import hashlib
import sys
import zipfile

wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    files = {info: archive.read(info) for info in archive.infolist()}


def entry(name, data):
    """The line of RECORD about a file."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}"


(bill,) = (info for info in files if info.filename.endswith(".cyclonedx.json"))
(record,) = (info for info in files if info.filename.endswith(".dist-info/RECORD"))
before = entry(bill.filename, files[bill])
files[bill] = files[bill].replace(f"file://{folder}".encode(), b"file:///visavis")
lines = files[record].decode()
assert before in lines, "RECORD does not list the bill of materials"
files[record] = lines.replace(before, entry(bill.filename, files[bill])).encode()
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
    for info, data in files.items():
        archive.writestr(info, data, compress_type=info.compress_type)
