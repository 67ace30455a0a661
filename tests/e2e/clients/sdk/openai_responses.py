"""OpenAI's SDK for Python by Responses and Embeddings, as a program would use it."""

import json
import os
import subprocess
import sys

import openai

CASE, MODEL, PROMPT = os.environ["CASE"], os.environ["MODEL"], os.environ["PROMPT"]
BASH = {
    "type": "function",
    "name": "bash",
    "parameters": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
    "strict": False,
}
client = openai.OpenAI(base_url=os.environ["BASE"] + "/v1", api_key=os.environ["KEY"])

try:
    if CASE == "tool":
        asked = [{"role": "user", "content": PROMPT}]
        first = client.responses.create(model=MODEL, input=asked, tools=[BASH], store=False)
        call = next(item for item in first.output if item.type == "function_call")
        gave = subprocess.check_output(json.loads(call.arguments)["command"], shell=True, text=True)
        asked += [item.model_dump(exclude_none=True) for item in first.output]
        asked.append({"type": "function_call_output", "call_id": call.call_id, "output": gave})
        print(client.responses.create(model=MODEL, input=asked, tools=[BASH], store=False).output_text)
    else:
        whole = client.responses.create(model=MODEL, input=PROMPT, store=False)
        assert whole.usage.total_tokens > 0 and MODEL in whole.output_text, whole
        with client.responses.stream(model=MODEL, input=PROMPT, store=False) as stream:
            numbers = [event.sequence_number for event in stream]
            text = stream.get_final_response().output_text
        assert numbers == sorted(set(numbers)), numbers
        # asked for in base64 by the SDK, and given to the program as floats
        vectors = client.embeddings.create(model="text-embedding-3-small", input=["one", "two"]).data
        assert len(vectors) == 2 and isinstance(vectors[0].embedding[0], float), vectors
        print(text)
except openai.APIStatusError as error:
    print(type(error).__name__, error.status_code, error.message)
    sys.exit(1)
