"""Codex CLI: OpenAI Responses; it goes by the code in a refusal, and by the right one it asks once."""

from harness import Client

CONFIG = """
model = "{model}"
model_provider = "bank"
check_for_update_on_startup = false

[model_providers.bank]
name = "bank"
base_url = "{url}/v1"
env_key = "BANK_KEY"
wire_api = "responses"

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
    never_shown = ("Reconnecting", "unexpected status")
    # `codex exec` prints the error that ends a turn twice: when it comes, and as the last line of the run
    shown_times = 2

    def ask(self, place, prompt, case):
        place.write(".codex/config.toml", CONFIG.format(model=place.model, url=place.url))
        return place.run(
            [self.module(".bin/codex"), "exec", "--skip-git-repo-check", prompt],
            BANK_KEY=place.key,
        )


class CodexInHongKong(Codex):
    """What a developer in Hong Kong is permitted, is worked with there like anywhere."""

    name = "Codex CLI, Hong Kong"
    cases = ("permitted", "tool")
    persona, model = "hk-developer", "gpt-5"
