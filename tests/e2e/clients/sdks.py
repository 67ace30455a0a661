"""The SDKs, each driven by a small program of its own in the folder `sdk`; a refusal is a typed error, after one call."""

from pathlib import Path

from harness import Client, node

PROGRAMS = Path(__file__).parent / "sdk"


class Sdk(Client):
    is_needed = True
    provider = ""

    def ask(self, place, prompt, case):
        program = PROGRAMS / self.program
        is_python = program.suffix == ".py"
        return place.run(
            [self.folder / "bin/python" if is_python else node(), program],
            BASE=place.url,
            KEY=place.key,
            MODEL=place.model,
            PROMPT=prompt,
            CASE=case,
            SDK=str(self.folder) + "/",
            PROVIDER=self.provider,
            PYTHONDONTWRITEBYTECODE=1,
        )


class OpenAiChat(Sdk):
    model = "gpt-5"
    refusal_status = 400
    also_shown = ("BadRequestError 400",)


class OpenAiResponses(Sdk):
    model = "gpt-5"
    refusal_status = 403
    also_shown = ("PermissionDeniedError 403",)


class Messages(Sdk):
    refusal_status = 451
    also_shown = (" 451 ",)


class OpenAiPython(OpenAiChat):
    name, program = "openai (Python), chat", "openai_chat.py"


class OpenAiPythonResponses(OpenAiResponses):
    name, program = "openai (Python), responses", "openai_responses.py"


class OpenAiJs(OpenAiChat):
    name, program = "openai (JS), chat", "openai_chat.mjs"


class OpenAiJsResponses(OpenAiResponses):
    name, program = "openai (JS), responses", "openai_responses.mjs"


class AnthropicPython(Messages):
    name, program = "anthropic (Python)", "anthropic_messages.py"


class AnthropicCount(Messages):
    name, program = "anthropic (Python), count", "anthropic_count.py"
    cases = ("permitted", "refused")
    asks_at = ("/v1/messages/count_tokens",)

    def answer_holds(self, place):
        return ("input_tokens=",)


class AnthropicJs(Messages):
    name, program = "anthropic (JS)", "anthropic_messages.mjs"


class GenAiJs(Sdk):
    name, program = "google-genai (JS)", "genai.mjs"
    model, model_upstream = "gemini-pro", "gemini-3.1-pro-preview"
    refusal_status = 403
    also_shown = ("ApiError 403",)


class LangChainOpenAi(OpenAiChat):
    name, program, provider = "LangChain OpenAI", "langchain_chat.py", "openai"
    is_needed = False
    also_shown = ("OpenAIInvalidRequestError 400",)


class LangChainAnthropic(Messages):
    name, program, provider = "LangChain Anthropic", "langchain_chat.py", "anthropic"
    is_needed = False
