"""GitHub Copilot CLI with a provider of one's own: Chat Completions; it hides 403, so that a refusal is 400."""

from harness import Client


class Copilot(Client):
    name = "Copilot CLI"
    route = "/v1/chat/completions"
    model = "gpt-5"
    refusal_status = 400
    never_shown = ("Authentication failed",)

    def ask(self, place, prompt, case):
        return place.run(
            [self.module(".bin/copilot"), "-p", prompt, "--allow-all-tools"],
            COPILOT_OFFLINE="true",
            COPILOT_PROVIDER_BASE_URL=place.url + "/v1",
            COPILOT_PROVIDER_TYPE="openai",
            COPILOT_PROVIDER_API_KEY=place.key,
            COPILOT_MODEL=place.model,
        )
