// Google's SDK for JavaScript, as a program would use it.
import assert from "node:assert/strict";
import { execSync } from "node:child_process";
import { createRequire } from "node:module";

const { BASE, KEY, MODEL, PROMPT, CASE, SDK } = process.env;
const { ApiError, GoogleGenAI } = createRequire(SDK)("@google/genai");
const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: BASE } });
const schema = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const config = { tools: [{ functionDeclarations: [{ name: "bash", parametersJsonSchema: schema }] }] };
const contents = [{ role: "user", parts: [{ text: PROMPT }] }];

try {
  if (CASE === "tool") {
    const first = await client.models.generateContent({ model: MODEL, contents, config });
    const [call] = first.functionCalls;
    const output = execSync(call.args.command).toString();
    contents.push(first.candidates[0].content);
    contents.push({ role: "user", parts: [{ functionResponse: { name: call.name, response: { output } } }] });
    console.log((await client.models.generateContent({ model: MODEL, contents, config })).text);
  } else {
    const whole = await client.models.generateContent({ model: MODEL, contents });
    assert(whole.text.includes("stand-in") && whole.usageMetadata.totalTokenCount > 0);
    let text = "";
    for await (const chunk of await client.models.generateContentStream({ model: MODEL, contents })) {
      text += chunk.text ?? "";
    }
    console.log(text);
  }
} catch (error) {
  if (!(error instanceof ApiError)) throw error;
  console.log(error.constructor.name, error.status, error.message);
  process.exitCode = 1;
}
