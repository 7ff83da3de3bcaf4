import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Evaluation, evaluationOf } from "#server/engines/authzen/evaluation.ts";
import { readAnswer } from "#server/engines/authzen/read-answer.ts";
import { makeTestAuthority } from "#test/contract/test-authority.ts";
import { GovernanceEngine, type GovernanceOptions } from "./governance-engine.ts";
import { authzenServer } from "./testing/authzen-server.ts";

const directory = mkdtempSync(join(tmpdir(), "authzen-"));
const token = join(directory, "token");
let server: Awaited<ReturnType<typeof authzenServer>>;
const engines: GovernanceEngine[] = [];
beforeAll(async () => {
  server = await authzenServer();
});
afterEach(() => {
  server.state.misbehave = undefined;
  server.asked.length = 0;
});
afterAll(async () => {
  for (const engine of engines) await engine.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

function engine(changes: Partial<GovernanceOptions> = {}): GovernanceEngine {
  writeFileSync(token, "the-credential\n");
  const made = new GovernanceEngine({
    name: "governance",
    url: `${server.url}/`,
    auth: "token",
    tokenFile: token,
    timeoutMillis: 60_000,
    ...changes,
  });
  engines.push(made);
  return made;
}

const question = (id: string): Evaluation =>
  evaluationOf({
    principal: { type: "User", id },
    action: "RotateSecret",
    resource: { type: "SecretBinding", id: "b1" },
    context: {},
    entities: [],
  });
const outcomeOf = async (made: GovernanceEngine, count = 1) => {
  const exchange = await made.ask(Array.from({ length: count }, (_, at) => question(`p${at}`)));
  return { exchange, said: readAnswer(exchange.raw, 0, count) };
};

test("asks by the protocol, with the credential of the file as it is now", async () => {
  const made = engine();
  const { said, exchange } = await outcomeOf(made);
  expect(said).toMatchObject({ decision: true, failure: null });
  expect(server.asked[0]).toMatchObject({
    path: "/access/v1/evaluation",
    body: exchange.body,
    authorization: "Bearer the-credential",
    contentType: "application/json",
  });
  writeFileSync(token, "the-next");
  await made.ask([question("p"), question("q")]);
  expect(server.asked[1]).toMatchObject({
    path: "/access/v1/evaluations",
    authorization: "Bearer the-next",
  });
  expect(JSON.stringify(exchange)).not.toContain("the-credential");
});

test.each<[string, NonNullable<typeof server.state.misbehave>, string]>([
  ["hangs up", (response) => response.destroy(), "unreachable"],
  [
    "redirects to one that allows",
    (response, { path }) => response.writeHead(307, { location: `${server.url}${path}` }).end(),
    "redirect",
  ],
  [
    "answers with an error",
    (response) => response.writeHead(503).end('{"decision":true}'),
    "http-status",
  ],
  [
    "refuses the credential",
    (response) =>
      response.writeHead(401, { "content-type": "application/json" }).end('{"decision":true}'),
    "http-status",
  ],
  [
    "answers in HTML",
    (response) => response.writeHead(200, { "content-type": "text/html" }).end('{"decision":true}'),
    "content-type",
  ],
  [
    "answers half",
    (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "40" });
      response.write('{"decision":true}');
      response.destroy();
    },
    "unreachable",
  ],
  [
    "never stops answering",
    (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"decision":true,"x":"${"x".repeat(200_000)}"}`);
    },
    "too-large",
  ],
  [
    "answers another question",
    (response) =>
      response
        .writeHead(200, { "content-type": "application/json", "x-request-id": "another" })
        .end('{"decision":true}'),
    "wrong-request-id",
  ],
  [
    "says yes in words",
    (response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('{"decision":"yes"}'),
    "decision-not-boolean",
  ],
  [
    "speaks no JSON",
    (response) => response.writeHead(200, { "content-type": "application/json" }).end("true!"),
    "malformed",
  ],
])("an engine that %s denies", async (_, misbehave, failure) => {
  server.state.misbehave = misbehave;
  const { said } = await outcomeOf(engine());
  expect(said).toMatchObject({ decision: false, failure });
  // Once: no second try, and no following to elsewhere.
  expect(server.asked).toHaveLength(1);
});

test("a batch that is too short denies every question of it", async () => {
  server.state.misbehave = (response) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"evaluations":[{"decision":true}]}');
  const { said } = await outcomeOf(engine(), 3);
  expect(said).toMatchObject({ decision: false, failure: "wrong-count" });
});

test("silence ends by the timeout, and denies", async () => {
  server.state.misbehave = () => undefined;
  const { said } = await outcomeOf(engine({ timeoutMillis: 300 }));
  expect(said).toMatchObject({ decision: false, failure: "timeout" });
});

test("nobody there denies", async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const { said } = await outcomeOf(engine({ url: `http://127.0.0.1:${port}` }));
  expect(said).toMatchObject({ decision: false, failure: "unreachable" });
});

test.each([
  ["no file", join(directory, "absent"), "token"],
  ["an empty file", "", "token"],
  ["a token that has run out", jwt(1_000_000_000), "jwt"],
  ["a token that says no end", jwt(undefined), "jwt"],
  ["what is no token", "two words", "jwt"],
] as const)("without a valid credential nothing is sent: %s", async (name, content, auth) => {
  const file = name === "no file" ? content : join(directory, "bad");
  if (name !== "no file") writeFileSync(file, content);
  const { said } = await outcomeOf(engine({ auth, tokenFile: file }));
  expect(said).toMatchObject({ decision: false, failure: "credential" });
  expect(server.asked).toHaveLength(0);
});

test("a token that lasts is sent", async () => {
  const made = engine({ auth: "jwt" });
  writeFileSync(token, jwt(4_000_000_000));
  expect((await outcomeOf(made)).said.decision).toBe(true);
});

function jwt(exp: number | undefined): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: "console", exp })}.x`;
}

test("over TLS: its authority is ours, and our certificate is the credential", async () => {
  const authority = await makeTestAuthority("the installation");
  const [own, client, stranger] = [
    await authority.issue({ commonName: "pdp", dns: "localhost" }),
    await authority.issue({ commonName: "sovereign-console" }),
    await makeTestAuthority("somebody else"),
  ];
  const write = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  const tls = await authzenServer({
    cert: own.certificate,
    key: own.privateKey,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
  });
  try {
    const byCertificate = {
      url: tls.url.replace("127.0.0.1", "localhost"),
      auth: "cert" as const,
      caFile: write("ca.pem", authority.certificate),
      certificateFile: write("client.pem", client.certificate),
      privateKeyFile: write("client.key", client.privateKey),
    };
    expect((await outcomeOf(engine(byCertificate))).said.decision).toBe(true);
    expect(tls.asked[0]).toMatchObject({ client: "sovereign-console", authorization: undefined });
    // Another authority, or the system's: not this server.
    const elsewhere = { ...byCertificate, caFile: write("other.pem", stranger.certificate) };
    for (const wrong of [elsewhere, { ...byCertificate, caFile: undefined }])
      expect((await outcomeOf(engine(wrong))).said).toMatchObject({ failure: "tls" });
    expect(tls.asked).toHaveLength(1);
  } finally {
    await tls.stop();
  }
});
