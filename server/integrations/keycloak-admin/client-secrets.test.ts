import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { KeycloakClientSecrets } from "./client-secrets.ts";
import { probeClientSecret, proveClientSecretDead } from "./probe-client-secret.ts";
import { serviceAccountToken } from "./service-account-token.ts";

/** Answers a real Keycloak gives on no one's demand: lost, half, and contradictory ones. */
type Answer = { status?: number; body?: unknown; text?: string } | "hang up";
let server: Server | undefined;
let calls: string[] = [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const FUTURE = String(Math.floor(Date.now() / 1000) + 3600);
const POLICY = { attributes: { "client.secret.expiration.time": FUTURE } };
const OLD = SecretValue.of("canary-old");

test("a rotation whose answer is lost is unknown, sent once, and found done when asked again", async () => {
  let current = "canary-old";
  const secrets = await secretsOf((method, path) => {
    if (path.includes("?clientId")) return { body: [{ id: "1", clientId: "app" }] };
    if (method === "POST") {
      current = "canary-new";
      return "hang up";
    }
    return path.endsWith("client-secret") ? credential(current) : { body: POLICY };
  });
  const error = await secrets.rotateFrom("app", OLD).catch((e) => e);
  expect(error).toMatchObject({ failure: "outcome_unknown", changedNothing: false });
  expect(`${error.stack}${JSON.stringify(error)}`).not.toContain("canary");
  expect((await secrets.rotateFrom("app", OLD)).current.reveal()).toBe("canary-new");
  expect(calls.filter((call) => call.startsWith("POST"))).toHaveLength(1);
});

test("a new secret that isn't the one it then shows is a contradiction", async () => {
  const secrets = await secretsOf((method, path) => {
    if (path.includes("?clientId")) return { body: [{ id: "1", clientId: "app" }] };
    if (method === "POST") return credential("canary-new");
    return path.endsWith("client-secret") ? credential("canary-old") : { body: POLICY };
  });
  const lying = secrets.rotateFrom("app", OLD);
  await expect(lying).rejects.toMatchObject({ failure: "outcome_unknown" });
});

test("without the realm's policy nothing is rotated unless the old one may die at once", async () => {
  const secrets = await secretsOf((_, path) => {
    if (path.includes("?clientId")) return { body: [{ id: "1", clientId: "app" }] };
    return path.endsWith("client-secret") ? credential("canary-old") : { body: {} };
  });
  const refused = secrets.rotateFrom("app", OLD);
  await expect(refused).rejects.toMatchObject({ failure: "no_grace", changedNothing: true });
  expect(calls.filter((call) => call.startsWith("POST"))).toEqual([]);
});

test("a client of a similar name is not the client", async () => {
  const secrets = await secretsOf(() => ({ body: [{ id: "1", clientId: "app-two" }] }));
  expect(await secrets.state("app")).toBeNull();
  await expect(secrets.rotateFrom("app", OLD)).rejects.toMatchObject({ failure: "not_found" });
});

test("the rotated secret among the attributes is not passed on", async () => {
  const attributes = {
    ...POLICY.attributes,
    "client.secret.rotated": "canary-rotated",
    "client.secret.rotated.expiration.time": FUTURE,
  };
  const secrets = await secretsOf((_, path) =>
    path.includes("?clientId")
      ? { body: [{ id: "1", clientId: "app" }] }
      : { body: { secret: "canary-current", attributes } },
  );
  const state = await secrets.state("app");
  expect(state?.rotated?.expiresAt).toEqual(new Date(Number(FUTURE) * 1000));
  expect(JSON.stringify(state)).not.toContain("canary");
});

test.each([
  [401, "permission_denied"],
  [403, "permission_denied"],
  [404, "not_found"],
  [400, "invalid"],
  [500, "outcome_unknown"],
] as const)("%i is %s", async (status, failure) => {
  const secrets = await secretsOf(() => ({ status, body: { error: "canary" } }));
  const error = await secrets.state("app").catch((e) => e);
  expect(error).toMatchObject({ failure, status });
  expect(error.message).not.toContain("canary");
});

test("half an answer is no answer", async () => {
  const secrets = await secretsOf(() => ({ text: '[{"id":"1"' }));
  await expect(secrets.state("app")).rejects.toMatchObject({ failure: "outcome_unknown" });
});

test("gone, it is unreachable", async () => {
  const secrets = await secretsOf(() => "hang up");
  await new Promise((resolve) => server?.close(resolve));
  await expect(secrets.state("app")).rejects.toMatchObject({ failure: "unreachable" });
});

test.each([
  [400, { error: "invalid_grant" }, "accepted"],
  [401, { error: "unauthorized_client" }, "refused"],
  [401, { error: "invalid_client" }, "refused"],
  [400, { error: "invalid_request" }, "unknown"],
  [500, { error: "unauthorized_client" }, "unknown"],
  [200, { access_token: "?" }, "unknown"],
] as const)("a probe answered with %i %j is %s", async (status, body, expected) => {
  const url = await listen(() => ({ status, body }));
  const probed = { tokenEndpoint: `${url}/token`, clientId: "app" };
  expect(await probeClientSecret(probed, OLD)).toBe(expected);
});

test("a client that is disabled proves no death", async () => {
  const url = await listen(() => ({ status: 401, body: { error: "invalid_client" } }));
  const probed = { tokenEndpoint: `${url}/token`, clientId: "app" };
  const current = SecretValue.of("new");
  expect(await proveClientSecretDead(probed, { old: OLD, current })).toBe("unknown");
});

test("a client that was disabled for a moment proves no death either", async () => {
  const url = await listen(() =>
    calls.length < 2
      ? { status: 401, body: { error: "invalid_client" } }
      : { status: 400, body: { error: "invalid_grant" } },
  );
  const probed = { tokenEndpoint: `${url}/token`, clientId: "app" };
  const current = SecretValue.of("new");
  expect(await proveClientSecretDead(probed, { old: OLD, current })).toBe("unknown");
});

test("the service account's token is kept until shortly before its end", async () => {
  let now = 0;
  const url = await listen(() => ({ body: { access_token: `t${calls.length}`, expires_in: 60 } }));
  const clientSecret = async () => SecretValue.of("s");
  const account = { tokenEndpoint: `${url}/token`, clientId: "console", clientSecret };
  const token = serviceAccountToken(account, () => now);
  expect((await token()).reveal()).toBe("t1");
  now = 49_000;
  expect((await token()).reveal()).toBe("t1");
  now = 51_000;
  expect((await token()).reveal()).toBe("t2");
});

function credential(value: string): Answer {
  return { body: { type: "secret", value } };
}

async function secretsOf(answer: (method: string, path: string) => Answer) {
  const url = await listen((request) => answer(request.method ?? "", request.url ?? ""));
  return new KeycloakClientSecrets({ url, realm: "acme", token: async () => SecretValue.of("t") });
}

async function listen(answer: (request: IncomingMessage) => Answer): Promise<string> {
  calls = [];
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => {
      const given = answer(request);
      if (given === "hang up") return request.socket.destroy();
      return response.writeHead(given.status ?? 200).end(given.text ?? JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
