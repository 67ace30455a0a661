// OpenAI's SDK for JavaScript by Responses and Embeddings, as a program would use it.
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { createRequire } from "node:module";

const { BASE, KEY, MODEL, PROMPT, CASE, SDK } = process.env;
const OpenAI = createRequire(SDK)("openai").OpenAI;
const client = new OpenAI({ baseURL: `${BASE}/v1`, apiKey: KEY });
const parameters = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const tools = [{ type: "function", name: "bash", parameters, strict: false }];
const asked = { model: MODEL, store: false };

try {
  if (CASE === "tool") {
    const input = [{ role: "user", content: PROMPT }];
    const first = await client.responses.create({ ...asked, input, tools });
    const call = first.output.find((item) => item.type === "function_call");
    const gave = execSync(JSON.parse(call.arguments).command).toString();
    input.push(...first.output, { type: "function_call_output", call_id: call.call_id, output: gave });
    console.log((await client.responses.create({ ...asked, input, tools })).output_text);
  } else {
    const whole = await client.responses.create({ ...asked, input: PROMPT });
    assert(whole.output_text.includes(MODEL));
    let text = "";
    for await (const event of await client.responses.create({ ...asked, input: PROMPT, stream: true })) {
      if (event.type === "response.output_text.delta") text += event.delta;
    }
    // asked for in base64 by the SDK: it gives an empty vector where floats come back
    const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: ["one", "two"] });
    assert.equal(data.length, 2);
    assert(data[0].embedding.length > 0);
    console.log(text);
  }
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.log(error.constructor.name, error.status, error.message);
  process.exitCode = 1;
}
