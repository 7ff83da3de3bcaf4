import { describe, expect, test } from "vitest";
import { environment } from "#test/fixtures/environment.ts";
import { parseEnv } from "./env.ts";

const production = (changes: Record<string, string | undefined> = {}) =>
  environment({
    CONSOLE_MODE: "production",
    CONSOLE_URL: "https://console.example.om",
    NEXTAUTH_URL: "https://console.example.om",
    OPENBAO_ADDR: "https://vault.example.om",
    OPENBAO_AUTH: "kubernetes",
    OPENBAO_ROLE: "sovereign-console",
    ...changes,
  });

test("a complete environment gets its defaults", () => {
  expect(parseEnv(environment())).toMatchObject({ LOG_LEVEL: "info", DATABASE_POOL_SIZE: 10 });
});

test("every fault is named at once", () => {
  const parse = () => parseEnv(environment({ SESSION_KEY: "short", SOVEREIGN: "Not A Slug" }));
  expect(parse).toThrow(/SESSION_KEY: must be 64 hexadecimal digits/);
  expect(parse).toThrow(/SOVEREIGN/);
});

test.each(Object.keys(environment()))("%s is required", (name) => {
  expect(() => parseEnv(environment({ [name]: undefined }))).toThrow(new RegExp(`${name}:`));
});

describe("production", () => {
  test("takes an environment without faults", () => {
    expect(parseEnv(production()).CONSOLE_MODE).toBe("production");
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["plain HTTP for itself", { CONSOLE_URL: "http://console.example.om" }, /CONSOLE_URL.*https/],
    ["plain HTTP for sign-in", { NEXTAUTH_URL: "http://x.example" }, /NEXTAUTH_URL.*https/],
    ["a plain-HTTP vault", { OPENBAO_ADDR: "http://vault.example.om" }, /OPENBAO_ADDR.*https/],
    ["a key of one digit", { SESSION_KEY: "0".repeat(64) }, /SESSION_KEY: a default key/],
    ["one key for two purposes", { SESSION_KEY: "01".repeat(32) }, /must differ/],
    ["a default secret", { NEXTAUTH_SECRET: "changeme".repeat(5) }, /NEXTAUTH_SECRET/],
    [
      "tokens that anybody could send",
      { API_SENDER_CONSTRAINT: "optional" },
      /API_SENDER_CONSTRAINT/,
    ],
    ["a failpoint", { WORKER_FAILPOINT: "before:apply" }, /WORKER_FAILPOINT/],
    [
      "an unverified database elsewhere",
      { DATABASE_URL_TENANT: "postgres://u:p@db.example.om/console?sslmode=require" },
      /DATABASE_URL_TENANT: production needs sslmode=verify-full/,
    ],
    [
      "a host in the query, which the driver would take instead",
      { DATABASE_URL_TENANT: "postgres://u:p@127.0.0.1/console?host=db.example.om" },
      /DATABASE_URL_TENANT: production takes no "host"/,
    ],
    [
      "a second sslmode, which the driver would take instead",
      {
        DATABASE_URL_TENANT:
          "postgres://u:p@db.example.om/console?sslmode=verify-full&sslmode=no-verify",
      },
      /DATABASE_URL_TENANT: production needs sslmode=verify-full/,
    ],
    [
      "a password in the query",
      { DATABASE_URL_TENANT: "postgres://u@127.0.0.1/console?password=demo-password" },
      /DATABASE_URL_TENANT: production takes no "password"/,
    ],
    [
      "a demo password",
      { DATABASE_URL_WORKER: "postgres://u:demo-password@127.0.0.1/console" },
      /DATABASE_URL_WORKER: a demo password/,
    ],
  ])("refuses %s", (_, changes, message) => {
    expect(() => parseEnv(production(changes))).toThrow(message);
    expect(() => parseEnv(environment(changes))).not.toThrow();
  });

  test("no message shows a value", () => {
    const secret = "changeme-0123456789abcdef0123456789";
    try {
      parseEnv(production({ NEXTAUTH_SECRET: secret, SESSION_KEY: "bad-key-value" }));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).not.toContain(secret);
      expect((error as Error).message).not.toContain("bad-key-value");
    }
  });
});

test.each([
  [{ OPENBAO_AUTH: "kubernetes" }, /OPENBAO_ROLE: is needed with OPENBAO_AUTH=kubernetes/],
  [{ OPENBAO_AUTH: "jwt", OPENBAO_ROLE: "r" }, /OPENBAO_JWT_FILE: is needed/],
  [{ OPENBAO_AUTH: "cert" }, /OPENBAO_CLIENT_CERT_FILE: is needed/],
])("a login of %j lacks something, wherever it runs", (changes, message) => {
  expect(() => parseEnv(environment(changes))).toThrow(message);
});

test("a static token is for development alone", () => {
  expect(parseEnv(environment()).OPENBAO_AUTH).toBe("token");
  const changes = { OPENBAO_AUTH: "token" };
  expect(() => parseEnv(production(changes))).toThrow(/OPENBAO_AUTH: a static token is refused/);
});
