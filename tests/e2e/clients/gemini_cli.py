"""Gemini CLI: Gemini's own protocol; it shows a refusal in a stack trace and asks twice, whatever the status."""

import json

from harness import Client

SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "general": {"disableAutoUpdate": True, "enableAutoUpdate": False, "disableUpdateNag": True},
}


class GeminiCli(Client):
    name = "Gemini CLI"
    model, model_upstream = "gemini-pro", "gemini-3.1-pro-preview"
    refusal_status = 403
    cases = (*Client.cases, "cut")
    # what comes in one piece with the words before it is overlooked, and asked for once more
    told_as, cut_calls = "GeminiCli", 2
    refusal_calls = 2

    def ask(self, place, prompt, case):
        place.write(".gemini/settings.json", json.dumps(SETTINGS))
        return place.run(
            [self.module(".bin/gemini"), "-m", place.model, "--approval-mode", "yolo", "--skip-trust", "-p", prompt],
            GEMINI_API_KEY=place.key,
            GOOGLE_GEMINI_BASE_URL=place.url,
        )
