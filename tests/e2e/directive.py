"""While a government directive stands, exactly the people and the models that it names are affected."""

import json
import os
import signal
import subprocess
import tempfile

import openai


def lists_at(instant):
    """The lists of two developers in New York in a demo whose clock stands at an instant."""
    with tempfile.TemporaryDirectory() as data:
        command = ["bailiwick", "demo", "--stand-in-only", "--json", "--port", "0", "--at", instant, "--data-dir", data]
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            ready = json.loads(demo.stdout.readline())
            return [models(ready, persona) for persona in ("newyork-us-developer", "newyork-foreign-national")]
        finally:
            demo.send_signal(signal.SIGTERM)
            assert demo.wait(timeout=30) == 0, "the demo did not end cleanly"


def models(ready, persona):
    key = ready["personas"][persona]["key"]
    client = openai.OpenAI(base_url=ready["base_url"] + "/v1", api_key=key, max_retries=0)
    return {model.id for model in client.models.list()}


before = lists_at("2026-06-11T12:00:00Z")
during = lists_at("2026-06-20T12:00:00Z")
after = lists_at("2026-07-02T12:00:00Z")

assert before == after, "the list after the directive is not the list before it"
assert during[0] == before[0], ("the citizen lost or gained", before[0] ^ during[0])
lost = before[1] - during[1]
assert lost == {"fable-5", "mythos-5"}, ("the foreign national lost", lost)
assert not during[1] - before[1], "the foreign national gained something"
assert os.environ["BAILIWICK_BASE_URL"], "the demo of these tests is still there"

print("the directive took", ", ".join(sorted(lost)), "from the foreign national in New York, and nothing from anybody else")
