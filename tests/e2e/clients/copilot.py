"""GitHub Copilot CLI with a provider of one's own, by each of its three protocols.

It hides 403 behind a text of its own, so a refusal is 400, by Responses too, where Codex wants 403."""

from harness import Client


class Copilot(Client):
    name = "Copilot CLI"
    model = "gpt-5"
    refusal_status = 400
    cases = (*Client.cases, "cut")
    told_as = "Copilot"
    never_shown = ("Authentication failed",)
    variables = {"COPILOT_PROVIDER_TYPE": "openai"}
    base = "/v1"

    def ask(self, place, prompt, case):
        return place.run(
            [self.module(".bin/copilot"), "-p", prompt, "--allow-all-tools"],
            COPILOT_OFFLINE="true",
            COPILOT_PROVIDER_BASE_URL=place.url + self.base,
            COPILOT_PROVIDER_API_KEY=place.key,
            COPILOT_MODEL=place.model,
            **self.variables,
        )


class CopilotByResponses(Copilot):
    name = "Copilot CLI, responses"
    variables = {"COPILOT_PROVIDER_TYPE": "openai", "COPILOT_PROVIDER_WIRE_API": "responses"}


class CopilotByMessages(Copilot):
    name = "Copilot CLI, messages"
    model = "claude-sonnet"
    refusal_status = 451
    variables = {"COPILOT_PROVIDER_TYPE": "anthropic"}
    base = ""
