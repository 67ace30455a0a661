"""Claude Code: Anthropic Messages; a refusal is 451, so that it is shown as it is and asked for once."""

from harness import Client


class ClaudeCode(Client):
    name = "Claude Code"
    is_needed = True
    refusal_status = 451
    cases = (*Client.cases, "cut")
    # whatever the event, it asks once more, without a stream
    told_as, cut_calls = "ClaudeCode", 2
    also_shown = ("API Error: 451 ",)
    never_shown = ("Failed to authenticate", "issue with the selected model")

    def ask(self, place, prompt, case):
        return place.run(
            [self.module("@anthropic-ai/claude-code-linux-x64/claude"), "-p", prompt, "--allowedTools", "Bash(cat:*)"],
            ANTHROPIC_BASE_URL=place.url,
            ANTHROPIC_AUTH_TOKEN=place.key,
            ANTHROPIC_MODEL=place.model,
            ANTHROPIC_DEFAULT_HAIKU_MODEL=place.model,
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1,
            DISABLE_AUTOUPDATER=1,
            DISABLE_TELEMETRY=1,
            DISABLE_ERROR_REPORTING=1,
        )


class ClaudeCodeInNewYork(ClaudeCode):
    """Refused a Claude model by the directive, somebody goes on in the same tool with a model of another protocol."""

    name = "Claude Code, New York"
    under_directive = True
    cases = Client.cases
    persona, model = "newyork-foreign-national", "gpt-5"
    refused_persona, refused_model = "newyork-foreign-national", "fable-5"
