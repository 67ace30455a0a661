"""Runs a client as a person would: a home of its own, an empty environment, one question, what is shown."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from broken_off import BrokenOff
from witness import Witness

SECONDS = 60
QUESTION = "Which model are you?"
LABEL = "stand-in provider of Larkmoor Bank"
NOTE = "note.txt"


class Failed(Exception):
    """A client did not do what it should; the text says what was seen."""


@dataclass
class Gateway:
    """Where the clients are sent, and the keys of the personas."""

    url: str
    keys: dict


@dataclass
class Shown:
    """What a person saw of a run."""

    text: str
    code: int


class Place:
    """A home and a folder to work in, with a client's way to the gateway."""

    def __init__(self, folder, url, key, model):
        self.folder, self.url, self.key, self.model = Path(folder), url, key, model
        self.home = self.folder / "home"
        self.work = self.folder / "work"
        self.home.mkdir()
        self.work.mkdir()
        self.token = uuid.uuid4().hex
        (self.work / NOTE).write_text(self.token + "\n")

    def write(self, path, text):
        """A file of settings below the home."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, command, **variables):
        """Runs a client to its end. Nothing of this process's environment goes along but the path to programs."""
        environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "TMPDIR": str(self.folder),
            **{name: str(value) for name, value in variables.items()},
        }
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            out, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            out = b"(no end within a minute)"
        finally:
            end(process)
        return Shown(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out.decode("utf-8", "replace")), process.returncode)


def end(process):
    """Ends a process with everything that it started: they are a session of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def node():
    """The interpreter of clients written for Node."""
    found = shutil.which("node")
    if not found:
        raise Failed("node is not installed")
    return found


def ask(client, gateway, case):
    """One case of a client: `permitted`, `tool`, `refused` or `cut`. Returns a few words for the table."""
    if case == "cut":
        return cut(client)
    persona = client.refused_persona if case == "refused" else client.persona
    model = client.refused_model if case == "refused" else client.model
    prompt = f"run: cat {NOTE}" if case == "tool" else QUESTION
    with tempfile.TemporaryDirectory(prefix="bailiwick-client-", ignore_cleanup_errors=True) as folder:
        with Witness(gateway.url) as witness:
            place = Place(folder, witness.url, gateway.keys[persona], model)
            shown = client.ask(place, prompt, case)
            try:
                return CHECKS[case](client, place, shown, witness)
            except (AssertionError, Failed) as error:
                heard = "\n".join(f"  {exchange}: {exchange.answer[:300]!r}" for exchange in witness.exchanges())
                raise Failed(f"{error}\nexit code {shown.code}, shown:\n{shown.text[-3000:]}\nheard:\n{heard}") from None


def permitted(client, place, shown, witness):
    expect(shown.code == 0, "it ended with an error")
    for text in client.answer_holds(place):
        expect(text in plain(shown.text), f"`{text}` was not shown")
    statuses = [call.status for call in witness.calls(client.asks_at)]
    expect(statuses and set(statuses) == {200}, f"calls were answered {statuses}")
    client.check_calls(witness.calls(client.asks_at))
    return f"yes, {len(statuses)}"


def tool(client, place, shown, witness):
    expect(shown.code == 0, "it ended with an error")
    calls = witness.calls(client.asks_at)
    expect({call.status for call in calls} == {200}, "a call was not answered")
    expect(place.token in shown.text, "what the tool gave was not shown")
    told = [call for call in calls if place.token.encode() in call.body]
    expect(told, "what the tool gave was not sent back")
    return f"yes, {len(calls)}"


def refused(client, place, shown, witness):
    calls = witness.calls(client.asks_at)
    expect(calls, "nothing was asked")
    statuses = sorted({call.status for call in calls})
    expect(statuses == [client.refusal_status], f"refused with {statuses}, not with {client.refusal_status}")
    expect(len(calls) <= client.refusal_calls, f"{len(calls)} requests for one question")
    message = message_of(json.loads(calls[-1].answer))
    first = plain(message.splitlines()[0])
    times = plain(shown.text).count(first)
    expect(times == client.shown_times, f"the refusal was shown {times} times")
    expect(shown.code != 0, "a refusal ended as if all were well")
    for text in client.never_shown:
        expect(text not in shown.text, f"`{text}` was shown")
    for text in client.also_shown:
        expect(text in shown.text, f"`{text}` was not shown")
    return f"{statuses[0]}, {len(calls)}"


def cut(client):
    """A refusal in the middle of a stream is shown, and the question is asked no more often than it must be."""
    with tempfile.TemporaryDirectory(prefix="bailiwick-client-", ignore_cleanup_errors=True) as folder:
        with BrokenOff(client.told_as) as gateway:
            place = Place(folder, gateway.url, "bw_key", client.model)
            shown = client.ask(place, QUESTION, "cut")
            try:
                expect(shown.code != 0, "a refusal ended as if all were well")
                expect("is not available to you in Hong Kong." in plain(shown.text), "the refusal was not shown")
                expect(len(gateway.calls) <= client.cut_calls, f"{len(gateway.calls)} requests for one question")
                return f"shown, {len(gateway.calls)}"
            except Failed as error:
                raise Failed(f"{error}\nexit code {shown.code}, shown:\n{shown.text[-3000:]}") from None


CHECKS = {"permitted": permitted, "tool": tool, "refused": refused, "cut": cut}


def message_of(body):
    body = body[0] if isinstance(body, list) else body
    return body["error"]["message"]


def plain(text):
    """Text without what terminals and JSON make of line ends and spaces."""
    return " ".join(text.replace("\\n", "\n").split())


def expect(holds, otherwise):
    if not holds:
        raise Failed(otherwise)


class Client:
    """What the table of a client says unless it says otherwise."""

    cases = ("permitted", "tool", "refused")
    persona, model = "london-developer", "claude-sonnet"
    refused_persona, refused_model = "hk-analyst", "claude-sonnet"
    refusal_calls = 1
    # as whom the table of refusals knows it, and how often it asks when a stream is refused in the middle
    told_as = "Other"
    cut_calls = 1
    shown_times = 1
    never_shown = ()
    also_shown = ()
    # how the provider calls the model, where that does not begin by our name of it
    model_upstream = ""
    # CI must not do without it
    is_needed = False
    # how the paths end at which it asks a model
    # whether it is tried while the directive of the demo bank's register stands
    under_directive = False
    asks_at = ("/chat/completions", "/responses", "/messages", ":generateContent", ":streamGenerateContent")

    def __init__(self, version, folder):
        self.version, self.folder = version, Path(folder)

    def answer_holds(self, place):
        """What is shown of an answer."""
        return LABEL, f"`{self.model_upstream or place.model}"

    def check_calls(self, calls):
        """What else there is to see in the calls of a permitted question."""

    def module(self, path):
        return self.folder / "node_modules" / path
