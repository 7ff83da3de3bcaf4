#!/usr/bin/env node
// Deploys a service with the approval of the Sovereign Console. Copy it into your pipeline: it needs
// Node 20 or newer and nothing else.
//
//   CONSOLE_URL       https://console.example.om
//   ISSUER            https://id.example.om/realms/acme-shop
//   CLIENT_ID         a client of that realm with the role deployment-pipeline and DPoP-bound tokens
//   CLIENT_SECRET     its secret, or CLIENT_SECRET_FILE: where it stands
//   TENANT            acme-shop
//   ENVIRONMENT       prod
//   SERVICE           orders
//   IMAGES            registry/…@sha256:…, several by commas
//   CONFIG_DIGEST     sha256:… of what configures the service
//   CHANGE_REF        orders#412
//   REASON            why, for those who approve
//   RUN_ID            names this run: the same run asks and claims once, however often it is tried
//   DEPLOY_COMMAND    a shell command that carries it out; it finds IMAGES and CONFIG_DIGEST as approved
//   TIMEOUT_MINUTES   how long to wait for people; 480 when left out
//
// Ends with 0 when it was deployed, 1 when that failed, 2 when people or time decided against it.
import { spawn } from "node:child_process";
import { createHash, randomUUID, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";

const { subtle } = webcrypto;
const ENDED = [
  "rejected",
  "expired",
  "withdrawn",
  "superseded",
  "succeeded",
  "failed",
  "rolled_back",
];
const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};
const say = (text) => process.stdout.write(`${text}\n`);
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const base64url = (value) => Buffer.from(value).toString("base64url");
const sha256 = (text) => createHash("sha256").update(text).digest("base64url");

const consoleUrl = need("CONSOLE_URL").replace(/\/$/, "");
const runId = need("RUN_ID");
const giveUpAt = Date.now() + Number(process.env.TIMEOUT_MINUTES ?? 480) * 60_000;

// The key of this run. The private part never leaves this process: a token alone is of no use to anybody.
const keys = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
  "sign",
  "verify",
]);
const { kty, crv, x, y } = await subtle.exportKey("jwk", keys.publicKey);

/** A proof for one call (RFC 9449): made by the key, for this method, URL and token, used once. */
async function proof(method, url, { token, nonce } = {}) {
  const header = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
  const claims = {
    jti: randomUUID(),
    htm: method,
    htu: url.split(/[?#]/)[0],
    iat: Math.floor(Date.now() / 1000),
    ...(token ? { ath: sha256(token) } : {}),
    ...(nonce ? { nonce } : {}),
  };
  const body = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`;
  const how = { name: "ECDSA", hash: "SHA-256" };
  return `${body}.${base64url(await subtle.sign(how, keys.privateKey, Buffer.from(body)))}`;
}

let current = { token: "", renewAt: 0 };
let tokenNonce;

/** A token that is bound to the key; a new one shortly before the last ends. */
async function accessToken() {
  if (Date.now() < current.renewAt) return current.token;
  const issuer = need("ISSUER").replace(/\/$/, "");
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  if (metadata.issuer !== issuer) throw new Error("the realm names another issuer");
  const secret =
    process.env.CLIENT_SECRET ?? readFileSync(need("CLIENT_SECRET_FILE"), "utf8").trim();
  const encoded = [need("CLIENT_ID"), secret].map((part) => encodeURIComponent(part)).join(":");
  for (let tries = 0; ; tries += 1) {
    const response = await fetch(metadata.token_endpoint, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(encoded).toString("base64")}`,
        dpop: await proof("POST", metadata.token_endpoint, { nonce: tokenNonce }),
      },
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    tokenNonce = response.headers.get("dpop-nonce") ?? tokenNonce;
    const answer = await response.json();
    if (response.ok) {
      current = {
        token: answer.access_token,
        renewAt: Date.now() + (answer.expires_in - 30) * 1000,
      };
      return current.token;
    }
    if (answer.error !== "use_dpop_nonce" || tries > 0) {
      throw new Error(`no token: ${answer.error} ${answer.error_description ?? ""}`);
    }
  }
}

let nonce;

/** Calls the console. A call that can't be known to have arrived is sent again: its key makes it once. */
async function call(method, path, { body, headers = {} } = {}) {
  const url = `${consoleUrl}/api/v1${path}`;
  for (let tries = 0; ; tries += 1) {
    let response;
    try {
      const token = await accessToken();
      response = await fetch(url, {
        method,
        headers: {
          authorization: `DPoP ${token}`,
          dpop: await proof(method, url, { token, nonce }),
          "x-tenant-id": need("TENANT"),
          ...(body ? { "content-type": "application/json" } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    } catch (error) {
      // fetch says TypeError when the network failed; anything else stays as it is.
      if (!(error instanceof TypeError) || tries >= 8) throw error;
      say(`the call did not go through (${error.cause?.code ?? error.message}), once more`);
      await pause(Math.min(30, 2 ** tries));
      continue;
    }
    nonce = response.headers.get("dpop-nonce") ?? nonce;
    if (response.status === 304) return { status: 304, headers: response.headers };
    const answer = await response.json();
    if (response.ok) return { status: response.status, headers: response.headers, answer };
    const isAgain =
      response.status === 401 ? tries < 2 : [429, 502, 503, 504].includes(response.status);
    if (!isAgain || tries >= 8) {
      return { status: response.status, headers: response.headers, problem: answer };
    }
    // A nonce was missing or is old, or the token has ended in between; else wait as told.
    if (response.status === 401 && answer.reason !== "proof_nonce") current.renewAt = 0;
    if (response.status !== 401) {
      await pause(Number(response.headers.get("retry-after") ?? Math.min(30, 2 ** tries)));
    }
  }
}

function orThrow({ problem, answer }) {
  if (!problem) return answer;
  const { code, detail, remedy = "", traceId } = problem;
  throw new Error(`${code}: ${detail} ${remedy} (trace ${traceId})`);
}

/** Runs the command with what was approved, its output as ours. */
function carryOut({ images, configDigest }) {
  const env = { ...process.env, IMAGES: images.join(","), CONFIG_DIGEST: configDigest };
  delete env.CLIENT_SECRET;
  return new Promise((resolve) => {
    const child = spawn(need("DEPLOY_COMMAND"), { shell: true, stdio: "inherit", env });
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
}

const asked = orThrow(
  await call("POST", "/deployments", {
    headers: { "idempotency-key": `${runId}-request` },
    body: {
      environment: need("ENVIRONMENT"),
      service: need("SERVICE"),
      images: need("IMAGES").split(","),
      configDigest: need("CONFIG_DIGEST"),
      changeRef: need("CHANGE_REF"),
      reason: need("REASON"),
    },
  }),
);
const path = `/deployments/${asked.deploymentId}`;
say(`asked: ${consoleUrl}/t/${need("TENANT")}/deployments/${asked.deploymentId}`);

let request = asked;
let etag;
let claimed;
while (!claimed) {
  if (Date.now() > giveUpAt) {
    say("nobody decided in time");
    process.exit(2);
  }
  // At first how things stand, then each change of it.
  const news = await call("GET", `${path}?wait=${etag ? 30 : 0}`, {
    headers: etag ? { "if-none-match": etag } : {},
  });
  if (news.status === 304) continue;
  request = orThrow(news);
  etag = news.headers.get("etag") ?? undefined;
  const blockers = request.blockers.map(({ words }) => words).join("; ");
  say(`${request.state}${blockers ? `, blocked because: ${blockers}` : ""}`);
  if (ENDED.includes(request.state)) process.exit(2);
  if (request.state !== "approved" || request.blockers.length > 0) continue;
  const claim = await call("POST", `${path}/claim`, {
    headers: { "idempotency-key": `${runId}-claim-${request.revision}` },
    body: { subjectDigest: request.subjectDigest },
  });
  // Something came in between: wait for it to pass.
  if (claim.status === 409) say(claim.problem.detail);
  else claimed = orThrow(claim);
}

say(`claimed: ${claimed.images.join(" ")}`);
const isDone = await carryOut(claimed);
const outcome = isDone ? "succeeded" : "failed";
const report = await call("POST", `${path}/outcome`, {
  headers: { "idempotency-key": `${runId}-outcome` },
  body: { outcome, note: `run ${runId}` },
});
say(`reported: ${orThrow(report).state}`);
process.exit(isDone ? 0 : 1);
