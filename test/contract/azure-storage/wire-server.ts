import { createHmac, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeTestAuthority } from "../test-authority.ts";

interface Key {
  value: string;
  creationTime: string;
}

export interface StorageWireServer {
  url: string;
  ca: string;
  token: string;
  account: { subscription: string; resourceGroup: string; account: string };
  /** A storage account of its own behind the same door, with two keys. */
  newAccount(): { subscription: string; resourceGroup: string; account: string };
  /** Takes the answer to the next call of this action away, after it was carried out. */
  dropAnswer(action: string): void;
  /** How often keys of an account were made anew, by slot. */
  renewals(account: string): Record<string, number>;
  stop(): Promise<void>;
}

/**
 * What Azure Resource Manager answers about a storage account's keys, and a blob service that checks
 * Shared Key signatures (by the written rule, for any request), over TLS.
 */
export async function startStorageWireServer(): Promise<StorageWireServer> {
  const authority = await makeTestAuthority("Azure Storage wire");
  const { certificate: cert, privateKey: key } = await authority.issue({
    commonName: "localhost",
    dns: "localhost",
  });
  const token = randomBytes(16).toString("hex");
  const accounts = new Map<string, Record<string, Key>>();
  const renewed = new Map<string, Record<string, number>>();
  let dropped = "";
  let origin = "";
  const server = createServer({ cert, key }, async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const { status, body, action } = answerTo(request, text);
    if (action && action === dropped && status < 300) {
      dropped = "";
      request.socket.destroy();
      return;
    }
    const isJson = typeof body !== "string";
    response.writeHead(status, { "content-type": isJson ? "application/json" : "application/xml" });
    response.end(isJson ? JSON.stringify(body) : body);
  });

  function answerTo(request: IncomingMessage, text: string) {
    const url = new URL(request.url ?? "/", origin);
    if (!url.pathname.startsWith("/subscriptions/")) return { ...blob(request, url), action: "" };
    if (request.headers.authorization !== `Bearer ${token}`) {
      return { status: 401, body: { error: { code: "AuthenticationFailed" } }, action: "" };
    }
    const [, , , , , , , , name = "", action = ""] = url.pathname.split("/");
    const keys = accounts.get(name);
    if (!url.searchParams.get("api-version") || !keys) {
      const code = keys ? "MissingApiVersionParameter" : "ResourceNotFound";
      return { status: keys ? 400 : 404, body: { error: { code } }, action };
    }
    if (request.method === "GET" && !action) {
      const primaryEndpoints = { blob: `${origin}/` };
      return { status: 200, body: { name, properties: { primaryEndpoints } }, action };
    }
    if (request.method === "POST" && action === "regenerateKey") {
      const { keyName } = JSON.parse(text) as { keyName: string };
      if (!keys[keyName]) return { status: 400, body: { error: { code: "BadRequest" } }, action };
      keys[keyName] = newKey();
      const counts = renewed.get(name) ?? {};
      renewed.set(name, { ...counts, [keyName]: (counts[keyName] ?? 0) + 1 });
    } else if (request.method !== "POST" || action !== "listKeys") {
      return { status: 405, body: { error: { code: "MethodNotAllowed" } }, action };
    }
    const listed = Object.entries(keys).map(([keyName, each]) => ({
      keyName,
      permissions: "FULL",
      ...each,
    }));
    return { status: 200, body: { keys: listed }, action };
  }

  function blob(request: IncomingMessage, url: URL) {
    const [, account = "", signature = ""] =
      /^SharedKey ([a-z0-9]+):(.+)$/.exec(request.headers.authorization ?? "") ?? [];
    const signed = signedText(request, url, account);
    const keys = Object.values(accounts.get(account) ?? {});
    const isKnown = keys.some(
      ({ value }) =>
        createHmac("sha256", Buffer.from(value, "base64")).update(signed).digest("base64") ===
        signature,
    );
    if (isKnown) return { status: 200, body: "<StorageServiceProperties/>" };
    return { status: 403, body: "<Error><Code>AuthenticationFailed</Code></Error>" };
  }

  function newAccount() {
    const account = `it${randomBytes(6).toString("hex")}`;
    accounts.set(account, { key1: newKey(), key2: newKey() });
    const subscription = "00000000-0000-4000-8000-000000000001";
    return { subscription, resourceGroup: "tests", account };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    ca: authority.certificate,
    token,
    account: newAccount(),
    newAccount,
    renewals: (account) => renewed.get(account) ?? {},
    dropAnswer: (action) => {
      dropped = action;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Times to a ten-millionth of a second, as Azure's: two makings never share one. */
let made = 0;
function newKey(): Key {
  made += 1;
  const creationTime = new Date().toISOString().replace("Z", `${String(made).padStart(4, "0")}Z`);
  return { value: randomBytes(64).toString("base64"), creationTime };
}

/** "Authorize with Shared Key", of version 2015-02-21 on. */
function signedText(request: IncomingMessage, url: URL, account: string): string {
  const { headers } = request;
  const standard = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
  ].map((name) => headers[name] ?? "");
  const own = Object.keys(headers)
    .filter((name) => name.startsWith("x-ms-"))
    .sort()
    .map((name) => `${name}:${headers[name]}`);
  const query = [...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1));
  const resource = [
    `/${account}${url.pathname}`,
    ...query.map(([name, value]) => `${name}:${value}`),
  ];
  return [request.method, ...standard, ...own, ...resource].join("\n");
}
