"""LangChain with the provider that PROVIDER names, as a program would use it."""

import os
import subprocess
import sys

from langchain_core.messages import HumanMessage, ToolMessage

CASE, MODEL, PROMPT = os.environ["CASE"], os.environ["MODEL"], os.environ["PROMPT"]
BASE, KEY = os.environ["BASE"], os.environ["KEY"]

if os.environ["PROVIDER"] == "openai":
    from langchain_openai import ChatOpenAI
    from openai import APIStatusError

    chat = ChatOpenAI(base_url=BASE + "/v1", api_key=KEY, model=MODEL)
else:
    from anthropic import APIStatusError
    from langchain_anthropic import ChatAnthropic

    chat = ChatAnthropic(base_url=BASE, api_key=KEY, model=MODEL, max_tokens=64)


def bash(command: str) -> str:
    """Runs a command."""
    return subprocess.check_output(command, shell=True, text=True)


def text(message):
    content = message.content
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


try:
    if CASE == "tool":
        chat = chat.bind_tools([bash])
        turn = [HumanMessage(PROMPT)]
        turn.append(chat.invoke(turn))
        call = turn[-1].tool_calls[0]
        turn.append(ToolMessage(bash(**call["args"]), tool_call_id=call["id"]))
        print(text(chat.invoke(turn)))
    else:
        assert MODEL in text(chat.invoke(PROMPT))
        print("".join(text(chunk) for chunk in chat.stream(PROMPT)))
except APIStatusError as error:
    print(type(error).__name__, error.status_code, error.message)
    sys.exit(1)
