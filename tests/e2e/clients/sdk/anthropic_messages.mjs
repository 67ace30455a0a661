// Anthropic's SDK for JavaScript, as a program would use it.
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { createRequire } from "node:module";

const { BASE, KEY, MODEL, PROMPT, CASE, SDK } = process.env;
const { Anthropic, APIError } = createRequire(SDK)("@anthropic-ai/sdk");
const client = new Anthropic({ baseURL: BASE, apiKey: KEY });
const input_schema = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const tools = [{ name: "bash", input_schema }];
const messages = [{ role: "user", content: PROMPT }];
const asked = { model: MODEL, max_tokens: 64, messages };

try {
  if (CASE === "tool") {
    const first = await client.messages.create({ ...asked, tools });
    const call = first.content.find((block) => block.type === "tool_use");
    const content = execSync(call.input.command).toString();
    messages.push({ role: "assistant", content: first.content });
    messages.push({ role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content }] });
    console.log((await client.messages.create({ ...asked, tools })).content[0].text);
  } else {
    const whole = await client.messages.create(asked);
    assert(whole.content[0].text.includes(MODEL));
    const listed = [];
    for await (const model of client.models.list()) listed.push(model.id);
    assert(listed.includes(MODEL));
    console.log(await client.messages.stream(asked).finalText());
  }
} catch (error) {
  if (!(error instanceof APIError)) throw error;
  console.log(error.constructor.name, error.status, error.message);
  process.exitCode = 1;
}
