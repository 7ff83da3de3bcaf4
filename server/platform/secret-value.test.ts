import { format, inspect } from "node:util";
import fc from "fast-check";
import { pino } from "pino";
import superjson from "superjson";
import { expect, test } from "vitest";
import { wire } from "#server/engines/wire/wire.ts";
import { SecretValue } from "./secret-value.ts";

const VALUE = "hunter2-7c3e";
const secret = SecretValue.of(VALUE);

const ways: Record<string, () => string> = {
  String: () => String(secret),
  template: () => `${secret}`,
  concatenation: () => "a".concat(secret as unknown as string),
  "JSON.stringify": () => JSON.stringify({ secret }),
  inspect: () => inspect({ secret }, { depth: 9, showHidden: true }),
  "format %s %o %j": () => format("%s %o %j", secret, secret, secret),
  "an error message": () => String(new Error(`failed with ${secret}`, { cause: secret })),
  "an inspected error": () => inspect(new Error("x", { cause: secret })),
  superjson: () => superjson.stringify({ secret }),
  "the wire": () => JSON.stringify(wire.serialize({ secret })),
  "Object.values": () => JSON.stringify(Object.values(secret)),
  "a spread copy": () => inspect({ ...secret }),
  "a structured clone": () => {
    try {
      return inspect(structuredClone(secret));
    } catch (error) {
      return String(error);
    }
  },
  "an array joined": () => [secret].join(),
  "a URL parameter": () => new URLSearchParams({ s: secret as unknown as string }).toString(),
  pino: () => {
    const lines: string[] = [];
    pino({}, { write: (line: string) => lines.push(line) }).info({ secret, deep: { secret } }, "x");
    return lines.join();
  },
};

test.each(Object.keys(ways))("%s does not show the value", (way) => {
  expect(ways[way]?.()).not.toContain(VALUE);
});

test("only reveal gives it, whatever it is", () => {
  fc.assert(fc.property(fc.string(), (value) => SecretValue.of(value).reveal() === value));
});
