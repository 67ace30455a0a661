"""A gateway whose stream is refused in the middle, in exactly the words and bytes of the golden file of refusals.

Each request is answered with a few words and then with the event that the program is told; the next ones with the
refusal that stands before the first byte, as the gateway would. So it shows how often a program asks, and what it shows.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

GOLDEN = Path(__file__).parents[3] / "crates/wire/tests/snapshots/golden__refusals.snap"
CODE = "denied_by_clause"
WORDS = ("Once ", "upon ", "a ", "time ")
DIALECTS = {
    "/chat/completions": "OpenAI Chat Completions",
    "/responses": "OpenAI Responses",
    "/messages": "Anthropic Messages",
    ":streamGenerateContent": "Gemini",
}


def told(dialect, program):
    """What a program is told by a protocol: status, body, and the event in a stream."""
    section = GOLDEN.read_text().split(f"== {dialect}\n")[1].split("\n== ")[0]
    lines = section.splitlines()
    begins = [at for at, line in enumerate(lines) if line.startswith(CODE)]
    found = next(at for at in begins if is_for(lines[at], program))
    status = int(lines[found].split(": ")[1].split()[0])
    body = next(line.strip() for line in lines[found:] if line.startswith("  {"))
    events = [line for line in lines[begins[-1] :][:20] if line.startswith("  in a stream")]
    event = next(line for line in events if is_for(line, program)).split(": ", 1)[1]
    return status, body, event.replace("⏎", "\n")


def is_for(line, program):
    return "[" not in line.split(": ")[0] or program in line.split("]")[0]


class BrokenOff:
    """Listens on a port of its own until it is closed, and counts what it is asked."""

    def __init__(self, program):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                self.whole(200, json.dumps({"object": "list", "data": []}))

            do_HEAD = do_GET

            def do_POST(self):
                self.rfile.read(int(self.headers.get("content-length") or 0))
                path = self.path.split("?")[0]
                dialect = next((name for end, name in DIALECTS.items() if path.endswith(end)), None)
                if not dialect:
                    return self.whole(404, "{}")
                status, body, event = told(dialect, program)
                outer.calls.append(dialect)
                if len(outer.calls) > 1:
                    return self.whole(status, body)
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for block in (*OPENINGS[dialect](), event, ""):
                    data = block.encode()
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    self.wfile.flush()

            def whole(self, status, body):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("x-should-retry", "false")
                self.send_header("content-length", str(len(body.encode())))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body.encode())

        self.calls = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def data(value, name=None):
    lead = f"event: {name}\n" if name else ""
    return f"{lead}data: {json.dumps(value)}\n\n"


def chat():
    for word in WORDS:
        choice = {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}
        yield data({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def named(kind, **keys):
    return data({"type": kind, **keys}, kind)


def responses():
    response = {"id": "r", "object": "response", "created_at": 1, "status": "in_progress", "model": "m", "output": []}
    yield named("response.created", response=response)
    item = {"id": "i", "type": "message", "status": "in_progress", "role": "assistant", "content": []}
    yield named("response.output_item.added", output_index=0, item=item)
    part = {"type": "output_text", "text": "", "annotations": []}
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    yield named("response.content_part.added", **place, part=part)
    for word in WORDS:
        yield named("response.output_text.delta", **place, delta=word)


def messages():
    usage = {"input_tokens": 5, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
    yield named("message_start", message={**message, "stop_reason": None, "stop_sequence": None})
    yield named("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for word in WORDS:
        yield named("content_block_delta", index=0, delta={"type": "text_delta", "text": word})


def gemini():
    for word in WORDS:
        content = {"role": "model", "parts": [{"text": word}]}
        yield data({"candidates": [{"content": content, "index": 0}], "modelVersion": "m"})


OPENINGS = {
    "OpenAI Chat Completions": chat,
    "OpenAI Responses": responses,
    "Anthropic Messages": messages,
    "Gemini": gemini,
}
