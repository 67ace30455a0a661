"""Every client, unmodified, against one demo gateway: answered, with a tool where it has tools, and refused once.

    run.py READY UNDER_DIRECTIVE [KIND VERSION FOLDER]...

READY is the file with the demo's line of JSON, UNDER_DIRECTIVE that of a demo whose clock stands at a day on which a
directive takes models from people by their citizenship. Behind them stand the clients that were installed, or could not be: KIND
is a key of KINDS below, and FOLDER has a file `complete` where the installation succeeded. With ONLY in the
environment, only kinds that hold its text are run.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from claude_code import ClaudeCode, ClaudeCodeInNewYork
from codex import Codex, CodexInHongKong, CodexWithList
from copilot import Copilot, CopilotByMessages, CopilotByResponses
from gemini_cli import GeminiCli
from harness import CHECKS, Failed, Gateway, ask
from llm import Llm
from sdks import (
    AnthropicCount,
    AnthropicJs,
    AnthropicPython,
    GenAiJs,
    LangChainAnthropic,
    LangChainOpenAi,
    OpenAiJs,
    OpenAiJsResponses,
    OpenAiPython,
    OpenAiPythonResponses,
)

KINDS = {
    "claude-code": [ClaudeCode, ClaudeCodeInNewYork],
    "codex": [Codex, CodexInHongKong, CodexWithList],
    "copilot": [Copilot, CopilotByResponses, CopilotByMessages],
    "gemini-cli": [GeminiCli],
    "llm": [Llm],
    "openai-python": [OpenAiPython, OpenAiPythonResponses],
    "anthropic-python": [AnthropicPython, AnthropicCount],
    "langchain-openai": [LangChainOpenAi],
    "langchain-anthropic": [LangChainAnthropic],
    "openai-js": [OpenAiJs, OpenAiJsResponses],
    "anthropic-js": [AnthropicJs],
    "genai-js": [GenAiJs],
}

AT_ONCE = 2
OTHERS_LEFT_OUT = 2


def main(today, under_directive, *installed):
    gateways = {False: gateway(today), True: gateway(under_directive)}
    clients = [
        kind(version, folder)
        for name, version, folder in zip(*[iter(installed)] * 3)
        for kind in KINDS[name]
        if os.environ.get("ONLY", "") in name
    ]
    rows = {client: {} for client in clients}
    missing = [client for client in clients if not (client.folder / "complete").exists()]
    cases = [(client, case) for client in clients if client not in missing for case in client.cases]
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for (client, case), (verdict, words) in zip(cases, pool.map(lambda one: run(gateways, *one), cases)):
            rows[client][case] = verdict
            if words:
                print(f"--- {client.name} {client.version}, {case}: {words}\n")
    for client in missing:
        rows[client] = {"permitted": "not installed", "tool": "", "refused": "", "cut": ""}
    show(rows)
    print(f"{len(cases)} cases in {time.monotonic() - began:.0f} s; behind each verdict, the requests for one question")
    failed = sum(verdict == "FAILED" for row in rows.values() for verdict in row.values())
    problems = left_out(missing) if os.environ.get("CI") == "true" else []
    for problem in problems:
        print(problem)
    passed = len(cases) - failed
    if passed == 0:
        print("no client was tried")
    return 1 if failed or problems or passed == 0 else 0


def gateway(ready):
    ready = json.loads(Path(ready).read_text())
    return Gateway(ready["base_url"], {name: persona["key"] for name, persona in ready["personas"].items()})


def run(gateways, client, case):
    try:
        return ask(client, gateways[client.under_directive], case), None
    except Failed as error:
        return "FAILED", error
    except Exception as error:  # whatever a client does, the others are tried
        return "FAILED", f"{type(error).__name__}: {error}"


def left_out(missing):
    """What CI must not do without."""
    problems = [f"{client.name} {client.version} must not be left out" for client in missing if client.is_needed]
    others = [client for client in missing if not client.is_needed]
    if len(others) > OTHERS_LEFT_OUT:
        problems.append(f"{len(others)} others are left out, more than {OTHERS_LEFT_OUT}")
    return problems


def show(rows):
    line = "{:<28} {:<10} {:<12} {:<12} {:<12} {}"
    print(line.format("client", "version", *CHECKS))
    for client, row in rows.items():
        cells = [row.get(case, "-") for case in CHECKS]
        print(line.format(client.name, client.version, *cells).rstrip())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
