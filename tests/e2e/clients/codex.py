"""Codex CLI: OpenAI Responses; it goes by the code in a refusal, and by the right one it asks once."""

import json

from harness import Client, expect

CONFIG = """
model = "{model}"
model_provider = "bank"
check_for_update_on_startup = false

[model_providers.bank]
name = "bank"
base_url = "{url}/v1"
{credential}
wire_api = "responses"
{command}

[analytics]
enabled = false

[features]
# their list is looked for elsewhere
plugins = false
"""


class Codex(Client):
    name = "Codex CLI"
    is_needed = True
    model = "gpt-5-codex"
    refusal_status = 403
    cases = (*Client.cases, "cut")
    told_as = "Codex"
    never_shown = ("Reconnecting", "unexpected status")
    # `codex exec` prints the error that ends a turn twice: when it comes, and as the last line of the run
    shown_times = 2

    credential, command = 'env_key = "BANK_KEY"', ""

    def ask(self, place, prompt, case):
        words = {"model": place.model, "url": place.url, "credential": self.credential}
        command = self.command.format(key=place.key)
        place.write(".codex/config.toml", CONFIG.format(**words, command=command))
        return place.run(
            [self.module(".bin/codex"), "exec", "--skip-git-repo-check", prompt],
            BANK_KEY=place.key,
        )


class CodexInHongKong(Codex):
    """What a developer in Hong Kong is permitted, is worked with there like anywhere."""

    name = "Codex CLI, Hong Kong"
    cases = ("permitted", "tool")
    persona, model = "hk-developer", "gpt-5"


class CodexWithList(Codex):
    """With a command for its key, Codex reads the list first, and asks for what the list says that the model can do."""

    name = "Codex CLI, key by command"
    cases = ("permitted",)
    model_upstream = "gpt-5.1-codex"
    credential, command = "", '[model_providers.bank.auth]\ncommand = "/bin/echo"\nargs = ["{key}"]'

    def check_calls(self, calls):
        effort = json.loads(calls[-1].body).get("reasoning", {}).get("effort")
        expect(effort == "medium", f"it asked for the effort `{effort}`, and not for the one of the list")
