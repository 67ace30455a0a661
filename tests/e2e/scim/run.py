"""Keeps the directory of a running gateway by SCIM: run.py BAILIWICK SCIM2

SCIM2 is the program of scim2-cli, unmodified: its compliance check must pass. Then a person who was made by SCIM may
act only once the source is in step and they are in the group that a grant names, is cut off as soon as they are set
inactive, and does not come back when they are deleted; what is protected is never returned, nor found by a filter.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

LIMIT = 30
TOKEN = "only-for-this-test-0123456789abcdef"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
OURS = "urn:ietf:params:scim:schemas:extension:bailiwick:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

CONTROL = """
[control]
listen = "127.0.0.1:0"

[[control.scim]]
name  = "entra"
token = "file:scim-token"
"""


def call(method, url, token=TOKEN, body=None):
    """Status and JSON of an answer."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    # this machine's own proxy has nothing to do with it
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=LIMIT) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    return status, json.loads(text) if text else None


def until(wanted, ask):
    """Asks until the answer is as wanted."""
    end = time.monotonic() + LIMIT
    while (found := ask()) != wanted:
        assert time.monotonic() < end, f"it stayed {found}, not {wanted}"
        time.sleep(0.05)


class Gateway:
    """`bailiwick serve`, set up as a new user would."""

    def __init__(self, program, folder):
        self.program, self.folder = str(pathlib.Path(program).resolve()), folder
        self.run("init", ".")
        config = pathlib.Path(folder, "bailiwick.toml")
        config.write_text(config.read_text().replace("127.0.0.1:8080", "127.0.0.1:0") + CONTROL)
        pathlib.Path(folder, "scim-token").write_text(TOKEN + "\n")
        self.log = open(pathlib.Path(folder, "stderr.log"), "w")
        self.process = subprocess.Popen(
            [self.program, "serve", "--json"], cwd=folder, stdout=subprocess.PIPE, stderr=self.log, text=True, env={}
        )
        ready = json.loads(self.process.stdout.readline())
        self.url, self.scim = ready["base_url"], ready["control"]

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True, env={})
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def listed(self, key):
        """How many models a key is shown, or the status of a refusal."""
        status, answer = call("GET", f"{self.url}/v1/models", token=key)
        return len(answer["data"]) if status == 200 else status

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=LIMIT) == 0, "it did not end as it should"
        self.log.close()


def judged(gateway, scim2, *options):
    """What scim2 says of each check, and how it ended."""
    headers = f"Authorization: Bearer {TOKEN}"
    environment = dict(os.environ, SCIM_CLI_HEADERS=headers, NO_PROXY="127.0.0.1", NO_COLOR="1")
    command = [scim2, "--url", gateway.scim, *options, "test"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    found = re.findall(r"^([A-Z]+) (\w+)\n  (.*)$", done.stdout, re.M)
    failed = [(name, reason) for status, name, reason in found if status != "SUCCESS"]
    assert len(found) > 100, done.stdout + done.stderr
    return len(found), failed, done


def compliance(gateway, scim2):
    checks, failed, done = judged(gateway, scim2)
    # It adds a whole extension and expects to read all of it back, where some of ours is never returned; then it adds to
    # lists of that extension and expects what it added last to be all that is there.
    unread = "PATCH modify() returned unexpected value for"
    known = [("check_add_attribute", f"{unread} '{OURS}{of}'.") for of in ("", ":namedIn", ":endUserPlaces")]
    known.append(("check_replace_attribute", f"{unread} '{OURS}'."))
    assert failed == known, f"{failed}\n{done.stdout}\n{done.stderr}"
    # the same with what it cannot judge left out of the schema that it goes by: everything passes
    described = {}
    for sort in ("Schemas", "ResourceTypes"):
        status, answer = call("GET", f"{gateway.scim}/{sort}")
        assert status == 200, answer
        described[sort] = pathlib.Path(gateway.folder, f"{sort}.json")
        for one in answer["Resources"]:
            if one["id"] == OURS:
                kept = (a for a in one["attributes"] if a["returned"] != "never" and not a["multiValued"])
                one["attributes"] = list(kept)
        described[sort].write_text(json.dumps(answer["Resources"]))
    options = ["--schemas", described["Schemas"], "--resource-types", described["ResourceTypes"]]
    fewer, failed, done = judged(gateway, scim2, *map(str, options))
    assert done.returncode == 0 and not failed, f"{failed}\n{done.stdout}\n{done.stderr}"
    print(f"scim2 test: {fewer} checks passed; of {checks} with what it cannot judge, {checks - len(known)}")


def strangers(gateway):
    for token in ("", "x", TOKEN.upper()):
        status, answer = call("GET", f"{gateway.scim}/Users", token=token)
        assert status == 401 and answer["status"] == "401", (status, answer)
        status, answer = call("GET", f"{gateway.scim}/nothing", token=token)
        assert status == 401, (status, answer)


def a_person(gateway):
    body = {
        "schemas": [USER, OURS],
        "userName": "ada@larkmoor.example",
        "externalId": "5f0c",
        "active": True,
        OURS: {
            "workerType": "employee",
            "employingEntity": "firm-us",
            "place": "US",
            "application": "editor",
            "citizenships": ["US"],
            "screening": {"result": "clean", "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())},
        },
    }
    status, person = call("POST", f"{gateway.scim}/Users", body=body)
    assert status == 201, person
    text = json.dumps(person)
    assert "itizenship" not in text and "screening" not in text, text
    asked = urllib.parse.quote(f'{OURS}:citizenships sw "U"')
    status, answer = call("GET", f"{gateway.scim}/Users?filter={asked}")
    assert status == 400 and answer["scimType"] == "invalidFilter", answer

    key = gateway.run("keys", "new", "--person", person["id"])
    one = f"{gateway.scim}/Users/{person['id']}"
    # nothing is granted to anybody by being there
    until(0, lambda: gateway.listed(key))
    group = {"schemas": [GROUP], "displayName": "all-staff", "members": [{"value": person["id"]}]}
    status, group = call("POST", f"{gateway.scim}/Groups", body=group)
    assert status == 201, group
    root = gateway.scim.removesuffix("/scim/v2")
    status, answer = call("POST", f"{root}/directory/v1/in-step")
    assert status == 204, answer
    until(True, lambda: gateway.listed(key) in range(1, 100))

    def active(truth):
        change = {"op": "Replace", "path": "active", "value": truth}
        status, answer = call("PATCH", one, body={"schemas": [PATCH], "Operations": [change]})
        assert status == 200, answer

    began = time.monotonic()
    active("False")
    until(403, lambda: gateway.listed(key))
    print(f"set inactive, refused after {time.monotonic() - began:.2f} s")
    active("True")
    until(True, lambda: gateway.listed(key) in range(1, 100))
    status, answer = call("DELETE", one)
    assert status == 204, answer
    until(403, lambda: gateway.listed(key))
    assert call("GET", one)[0] == 404
    status, group = call("GET", f"{gateway.scim}/Groups/{group['id']}")
    assert status == 200 and "members" not in group, group


def main(program, scim2):
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(program, folder)
        try:
            strangers(gateway)
            compliance(gateway, scim2)
            a_person(gateway)
        finally:
            gateway.stop()
        log = pathlib.Path(folder, "stderr.log").read_text()
        assert TOKEN not in log and "larkmoor.example" not in log, log
    print("the directory was kept by SCIM")


main(*sys.argv[1:])
