"""The Anthropic SDK, unmodified, against the demo: London is answered, Hong Kong is told the clause."""

import os

import anthropic

BASE = os.environ["BAILIWICK_BASE_URL"]
QUESTION = {"max_tokens": 64, "messages": [{"role": "user", "content": "Which model are you?"}]}


def client(persona):
    key = os.environ[f"BAILIWICK_PERSONAS_{persona.upper().replace('-', '_')}_KEY"]
    return anthropic.Anthropic(base_url=BASE, api_key=key, max_retries=0)


answer = client("london-developer").messages.create(model="claude-sonnet", **QUESTION)
assert "claude-sonnet" in answer.content[0].text, answer
assert answer.usage.output_tokens > 0, answer

with client("london-developer").messages.stream(model="claude-sonnet", **QUESTION) as stream:
    streamed = "".join(stream.text_stream)
assert "claude-sonnet" in streamed, streamed

listed = {model.id: model.display_name for model in client("london-developer").models.list()}
assert listed.get("claude-sonnet"), listed
assert not [m for m in client("hk-analyst").models.list() if m.id.startswith("claude")]

try:
    client("hk-analyst").messages.create(model="claude-sonnet", **QUESTION)
    raise AssertionError("Claude answered in Hong Kong")
except anthropic.APIStatusError as refusal:
    assert refusal.status_code == 451, refusal.status_code
    text = refusal.message
    for part in ("Greater China", "anthropic-2024", "Hong Kong (HK)", "Works here", "Ask, or correct a fact"):
        assert part in text, (part, text)
    headers = refusal.response.headers
    assert headers["x-should-retry"] == "false", headers
    assert headers["bailiwick-clause"] and headers["bailiwick-decision"], headers

print("Anthropic SDK", anthropic.__version__, "works through the gateway")
