"""The OpenAI SDK, unmodified, against the demo: what is permitted works, what is not says why."""

import os

import openai

BASE = os.environ["BAILIWICK_BASE_URL"] + "/v1"


def client(persona):
    key = os.environ[f"BAILIWICK_PERSONAS_{persona.upper().replace('-', '_')}_KEY"]
    return openai.OpenAI(base_url=BASE, api_key=key, max_retries=0)


def models(persona):
    return {model.id for model in client(persona).models.list()}


hong_kong = models("hk-analyst")
london = models("london-developer")
assert not [m for m in hong_kong if m.startswith("claude")], hong_kong
assert [m for m in hong_kong if m.startswith("gpt")], hong_kong
assert [m for m in hong_kong if m.startswith("gemini")], hong_kong
assert "claude-sonnet" in london, london

question = [{"role": "user", "content": "Which model are you?"}]
answer = client("hk-analyst").chat.completions.create(model="gpt-5", messages=question)
assert "gpt-5" in answer.choices[0].message.content, answer
assert answer.usage.total_tokens > 0, answer

chunks = list(client("london-developer").chat.completions.create(model="gpt-5", messages=question, stream=True))
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
assert len(chunks) > 2 and "gpt-5" in text, chunks

try:
    client("hk-analyst").chat.completions.create(model="no-such-model", messages=question)
    raise AssertionError("a model that is not on the list was answered")
except openai.APIStatusError as error:
    assert "not on the approved list" in error.message, error.message
    assert error.response.headers["bailiwick-decision"], error.response.headers

try:
    openai.OpenAI(base_url=BASE, api_key="bw_nobody_00", max_retries=0).models.list()
    raise AssertionError("an unknown key was let in")
except openai.AuthenticationError:
    pass

print("OpenAI SDK", openai.__version__, "works through the gateway")
