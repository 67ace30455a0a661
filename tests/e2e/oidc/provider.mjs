// A certified OpenID provider on loopback, for the test of sign-in: provider.mjs FOLDER [BACK]
//
// FOLDER is where oidc-provider is installed, BACK where the client `console` has people sent back to. It prints its address as one line of JSON, then takes commands on stdin,
// each answered by one line: `rotate` signs with a new key and goes on publishing the old one, `retire` publishes the
// newest only, `fetched` says how often the keys were fetched, `other` gives a token signed by a key that was never
// published, `event PERSON` and `logout PERSON` give signed statements that their sign-in has ended.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";
import path from "node:path";

const require = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);
const { SignJWT, importJWK } = await import(pathToFileURL(require.resolve("jose")).href);

const AUDIENCE = "https://ai.larkmoor.example";
const BACK = process.argv[3];
let made = 0;
const newKey = () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: `key-${++made}`, use: "sig", alg: "RS256" };
};

const { privateKey: stranger } = generateKeyPairSync("rsa", { modulusLength: 2048 });
let keys = [newKey()];
let fetched = 0;
let current;

const build = (issuer) => {
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: "coding-cli",
        application_type: "native",
        token_endpoint_auth_method: "none",
        grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
        redirect_uris: [],
        response_types: [],
      },
      ...(BACK
        ? [
            {
              client_id: "console",
              client_secret: "only for+this/test",
              redirect_uris: [BACK],
              response_types: ["code"],
              grant_types: ["authorization_code"],
            },
          ]
        : []),
      ...["summary-service", "undeclared"].map((client_id) => ({
        client_id,
        client_secret: "only-for-this-test",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      })),
    ],
    features: {
      deviceFlow: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({
          scope: "models",
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: 600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    cookies: { keys: ["only for this test"] },
    pkce: { required: () => true },
  });
  return provider.callback();
};

const server = createServer((request, response) => {
  if (request.url === "/jwks") fetched += 1;
  current(request, response);
});
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  current = build(issuer);
  const sign = async (typ, claims) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ, kid: keys[0].kid })
      .setIssuer(issuer)
      .setIssuedAt()
      .setJti(`${Math.random()}`)
      .sign(await importJWK(keys[0], "RS256"));
  const commands = {
    event: async (sub) => ({
      statement: await sign("secevent+jwt", {
        aud: AUDIENCE,
        sub_id: { format: "iss_sub", iss: issuer, sub },
        events: { "https://schemas.openid.net/secevent/caep/event-type/session-revoked": {} },
      }),
    }),
    logout: async (sub) => ({
      token: await sign("logout+jwt", {
        aud: "console",
        sub,
        exp: Math.floor(Date.now() / 1000) + 60,
        events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      }),
    }),
    rotate: () => {
      keys = [newKey(), ...keys];
      current = build(issuer);
      return { newest: keys[0].kid };
    },
    retire: () => {
      keys = keys.slice(0, 1);
      current = build(issuer);
      return { newest: keys[0].kid };
    },
    fetched: () => ({ fetched }),
    other: async () => {
      const token = await new SignJWT({ client_id: "coding-cli" })
        .setProtectedHeader({ alg: "RS256", typ: "at+jwt", kid: `none-${Math.random()}` })
        .setIssuer(issuer)
        .setAudience(AUDIENCE)
        .setSubject("us-engineer")
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(stranger);
      return { token };
    },
  };
  createInterface({ input: process.stdin })
    .on("line", async (line) => {
      const [command, argument] = line.split(" ");
      console.log(JSON.stringify(await commands[command](argument)));
    })
    .on("close", () => process.exit(0));
  console.log(JSON.stringify({ issuer, audience: AUDIENCE }));
});
