// OpenAI's SDK for JavaScript by Chat Completions, as a program would use it.
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { createRequire } from "node:module";

const { BASE, KEY, MODEL, PROMPT, CASE, SDK } = process.env;
const OpenAI = createRequire(SDK)("openai").OpenAI;
const client = new OpenAI({ baseURL: `${BASE}/v1`, apiKey: KEY });
const parameters = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const tools = [{ type: "function", function: { name: "bash", parameters } }];
const messages = [{ role: "user", content: PROMPT }];

try {
  if (CASE === "tool") {
    const first = await client.chat.completions.create({ model: MODEL, messages, tools });
    const { message } = first.choices[0];
    const [call] = message.tool_calls;
    const gave = execSync(JSON.parse(call.function.arguments).command).toString();
    messages.push(message, { role: "tool", tool_call_id: call.id, content: gave });
    const last = await client.chat.completions.create({ model: MODEL, messages, tools });
    console.log(last.choices[0].message.content);
  } else {
    const whole = await client.chat.completions.create({ model: MODEL, messages });
    assert(whole.choices[0].message.content.includes(MODEL));
    let text = "";
    for await (const chunk of await client.chat.completions.create({ model: MODEL, messages, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
    }
    const listed = [];
    for await (const model of client.models.list()) listed.push(model.id);
    assert(listed.includes(MODEL));
    console.log(text);
  }
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.log(error.constructor.name, error.status, error.message);
  process.exitCode = 1;
}
