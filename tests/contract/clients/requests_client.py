"""Sends the requests on standard input with Python's requests; README.md describes their form."""

import pathlib
import sys

import requests

session = requests.Session()
for line in sys.stdin:
    method, url, body, reply, *headers = line.rstrip("\n").split("\t")
    data = None if body == "-" else pathlib.Path(body).read_bytes()
    response = session.request(
        method, url, data=data, headers=dict(header.split(": ", 1) for header in headers), timeout=120
    )
    pathlib.Path(reply + ".status").write_text(str(response.status_code))
    pathlib.Path(reply + ".headers").write_text("".join(f"{name}: {value}\n" for name, value in response.headers.items()))
    pathlib.Path(reply + ".body").write_bytes(response.content)
