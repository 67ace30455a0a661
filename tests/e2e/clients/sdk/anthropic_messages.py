"""Anthropic's SDK for Python, as a program would use it."""

import os
import subprocess
import sys

import anthropic

CASE, MODEL, PROMPT = os.environ["CASE"], os.environ["MODEL"], os.environ["PROMPT"]
BASH = {
    "name": "bash",
    "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
}
client = anthropic.Anthropic(base_url=os.environ["BASE"], api_key=os.environ["KEY"])
asked = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": PROMPT}]}

try:
    if CASE == "tool":
        message = client.messages.create(**asked, tools=[BASH])
        call = next(block for block in message.content if block.type == "tool_use")
        gave = subprocess.check_output(call.input["command"], shell=True, text=True)
        result = {"type": "tool_result", "tool_use_id": call.id, "content": gave}
        asked["messages"] += [
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": [result]},
        ]
        print(client.messages.create(**asked, tools=[BASH]).content[0].text)
    else:
        whole = client.messages.create(**asked)
        assert whole.usage.output_tokens > 0 and MODEL in whole.content[0].text, whole
        with client.messages.stream(**asked) as stream:
            text = "".join(stream.text_stream)
        assert MODEL in {model.id for model in client.models.list()}
        print(text)
except anthropic.APIStatusError as error:
    print(type(error).__name__, error.status_code, error.message)
    sys.exit(1)
