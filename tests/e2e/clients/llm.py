"""The command `llm`: Chat Completions."""

from harness import Client

MODELS = """
- model_id: bank
  model_name: {model}
  api_base: {url}/v1
  api_key_name: bank
  supports_tools: true
"""

TOOLS = '''
def bash(command: str) -> str:
    """Runs a command."""
    import subprocess
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout
'''


class Llm(Client):
    name = "llm"
    model = "gpt-5"
    refusal_status = 400

    def ask(self, place, prompt, case):
        place.write("llm/extra-openai-models.yaml", MODELS.format(model=place.model, url=place.url))
        tools = ["--functions", TOOLS] if case == "tool" else []
        return place.run(
            [self.folder / "bin/llm", "-m", "bank", *tools, prompt],
            LLM_USER_PATH=place.home / "llm",
            LLM_LOAD_PLUGINS="",
            OPENAI_API_KEY=place.key,
        )
