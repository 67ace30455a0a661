"""OpenAI's SDK for Python by Chat Completions, as a program would use it."""

import json
import os
import subprocess
import sys

import openai

CASE, MODEL, PROMPT = os.environ["CASE"], os.environ["MODEL"], os.environ["PROMPT"]
BASH = {
    "type": "function",
    "function": {
        "name": "bash",
        "parameters": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
    },
}
client = openai.OpenAI(base_url=os.environ["BASE"] + "/v1", api_key=os.environ["KEY"])
asked = {"model": MODEL, "messages": [{"role": "user", "content": PROMPT}]}

try:
    if CASE == "tool":
        message = client.chat.completions.create(**asked, tools=[BASH]).choices[0].message
        call = message.tool_calls[0]
        gave = subprocess.check_output(json.loads(call.function.arguments)["command"], shell=True, text=True)
        turn = [*asked["messages"], message, {"role": "tool", "tool_call_id": call.id, "content": gave}]
        print(client.chat.completions.create(model=MODEL, messages=turn, tools=[BASH]).choices[0].message.content)
    else:
        whole = client.chat.completions.create(**asked)
        assert whole.usage.total_tokens > 0, whole
        chunks = list(client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        assert chunks[-1].usage.total_tokens > 0, chunks[-1]
        assert MODEL in {model.id for model in client.models.list()}
        assert MODEL in whole.choices[0].message.content, whole
        print(text)
except openai.APIStatusError as error:
    print(type(error).__name__, error.status_code, error.message)
    sys.exit(1)
