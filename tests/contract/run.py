"""Sends the requests of cases.json to a server with several clients, and compares the replies; see README.md."""

import argparse
import base64
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
VERIFY = "/api/v1/face/verify"

# The program that each client needs, and its command line.
CLIENTS = {
    "curl": ("curl", ["bash", "curl.sh"]),
    "requests": (None, [sys.executable, "requests_client.py"]),
    "fetch": ("node", ["node", "fetch.mjs"]),
    "java": ("javac", ["java", "Client.java"]),
}

# The forms in which a photo is sent as text.
FORMS = {
    "standard": lambda data: base64.b64encode(data).decode(),
    "url-safe": lambda data: base64.urlsafe_b64encode(data).decode(),
    "unpadded": lambda data: base64.b64encode(data).decode().rstrip("="),
    "lines": lambda data: base64.encodebytes(data).decode().replace("\n", "\r\n"),
    "data-url": lambda data: "data:image/png;base64," + base64.b64encode(data).decode(),
}


class Kit:
    """The cases, prepared for one server."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        cases = json.loads((HERE / "cases.json").read_text())
        names = collections.Counter(case["name"] for case in cases)
        assert max(names.values()) == 1, f"a name appears twice: {names.most_common(1)}"
        self.cases = [case for case in cases if not options.documented or case["from"] == "documented"]

    def photo(self, value):
        """Replaces placeholders for photos with their text."""
        if isinstance(value, dict) and "photo" in value:
            data = (self.options.photos / value["photo"]).read_bytes()
            return FORMS[value.get("as", "standard")](data)
        if isinstance(value, dict):
            return {name: self.photo(member) for name, member in value.items()}
        return value

    def body(self, case):
        if "json" in case:
            return json.dumps(self.photo(case["json"]), ensure_ascii=False).encode()
        if "spaces" in case:
            return b" " * case["spaces"]
        return case["text"].encode() if "text" in case else None

    def headers(self, case):
        headers = {} if "text" in case else {"Content-Type": "application/json"} if "json" in case else {}
        password = {"right": self.options.password, "wrong": self.options.password + "x"}.get(case.get("login", "right"))
        if password is not None:
            login = base64.b64encode(f"{self.options.user}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {login}"
        return {**headers, **case.get("headers", {})}

    def lines(self, client):
        """The requests in the form that clients read."""
        for number, case in enumerate(self.cases):
            body = self.body(case)
            file = self.folder / f"{number}.request"
            if body is not None:
                file.write_bytes(body)
            url = self.options.url.rstrip("/") + case.get("path", VERIFY)
            method = case.get("method", "GET" if body is None else "POST")
            headers = [f"{name}: {value}" for name, value in self.headers(case).items()]
            reply = self.folder / f"{number}.{client}"
            yield "\t".join([method, url, "-" if body is None else str(file), str(reply), *headers])

    def faults(self, client):
        """The unexpected replies to a client."""
        for number, case in enumerate(self.cases):
            reply = self.folder / f"{number}.{client}"
            fault = compare(case["expect"], *(reply.with_name(f"{reply.name}.{part}") for part in ("status", "headers", "body")))
            if fault:
                yield f"{client}, {case['name']}: {fault}"


def compare(expected, status, headers, body):
    """The first difference, or None."""
    if not status.exists():
        return "there is no reply"
    if int(status.read_text()) != expected["status"]:
        return f"status {status.read_text()} instead of {expected['status']}: {body.read_bytes()[:300]!r}"
    given = [line.split(": ", 1) for line in headers.read_text().splitlines() if ": " in line]
    given = {name.lower(): value.strip() for name, value in given}
    for name, pattern in expected.get("headers", {}).items():
        if not re.fullmatch(pattern, given.get(name, "")):
            return f"{name} is {given.get(name)!r}"
    if "json" in expected:
        return compare_json(expected["json"], json.loads(body.read_bytes()))
    if "text" in expected and expected["text"] not in body.read_text():
        return f"{expected['text']!r} is missing"
    return None


def compare_json(expected, given):
    """Exactly the expected members; numbers may have bounds, and `...` stands for anything."""
    if expected == "...":
        return None
    if isinstance(expected, dict) and expected.keys() == {"from", "to"}:
        inside = type(given) is int and expected["from"] <= given <= expected["to"]
        return None if inside else f"{given!r} is not in {expected['from']}..{expected['to']}"
    if isinstance(expected, dict) and isinstance(given, dict) and expected.keys() == given.keys():
        faults = (compare_json(expected[name], given[name]) for name in expected)
        return next((fault for fault in faults if fault), None)
    return None if expected == given else f"{given!r} instead of {expected!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--documented", action="store_true", help="only the cases in the vendors' documentation")
    parser.add_argument("--clients", default="curl,requests,fetch,java")
    parser.add_argument("--photos", type=pathlib.Path, default=HERE.parent / "golden/images")
    options = parser.parse_args()
    faults, ran = [], 0
    for client in options.clients.split(","):
        needed, command = CLIENTS[client]
        if needed and not shutil.which(needed):
            print(f"NOT RUN: the contract with {client}, because {needed} is missing", flush=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            kit = Kit(options, pathlib.Path(folder))
            command = [*command[:-1], str(HERE / "clients" / command[-1])]
            subprocess.run(command, input="\n".join(kit.lines(client)) + "\n", text=True, check=True)
            found = list(kit.faults(client))
        print(f"{client}: {len(kit.cases) - len(found)} of {len(kit.cases)} replies as expected", flush=True)
        faults, ran = faults + found, ran + 1
    if faults or not ran:
        sys.exit("\n".join(faults) or "no client ran")


main()
