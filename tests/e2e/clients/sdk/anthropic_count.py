"""Anthropic's SDK for Python counts the tokens of a request, as agents do all the time."""

import os
import sys

import anthropic

client = anthropic.Anthropic(base_url=os.environ["BASE"], api_key=os.environ["KEY"])
messages = [{"role": "user", "content": os.environ["PROMPT"]}]

try:
    print(client.messages.count_tokens(model=os.environ["MODEL"], messages=messages))
except anthropic.APIStatusError as error:
    print(type(error).__name__, error.status_code, error.message)
    sys.exit(1)
