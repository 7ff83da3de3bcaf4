import { join, relative } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { apiDocument } from "#app/api/v1/api-document.ts";
import { GET } from "#app/api/v1/openapi.json/route.ts";
import { OPERATIONS } from "#app/api/v1/operations.ts";
import { handlersOf, routeFiles } from "../isolation/http-routes.ts";

// biome-ignore lint/suspicious/noExplicitAny: a JSON document
const document = apiDocument() as any;

const ROOT = join(import.meta.dirname, "../..");
const files = routeFiles().filter((file) => file.startsWith("app/api/v1/"));
/** The one file that answers for every path that is no route. */
const NOWHERE = "app/api/v1/[...path]/route.ts";

/** `app/api/v1/deployments/[id]/route.ts` → `/api/v1/deployments/{id}`. */
const pathOf = (file: string) =>
  `/${relative("app", file)}`
    .replace(/\/route\.ts$/, "")
    .replace(/\[{1,2}(?:\.\.\.)?(\w+)\]{1,2}/g, "{$1}");

test("every method of every route stands in the document, and nothing else", async () => {
  const served = await Promise.all(
    files
      .filter((file) => file !== NOWHERE)
      .map(async (file) => {
        const methods = [...(await handlersOf(file)).keys()];
        return methods.map((method) => `${method} ${pathOf(file)}`);
      }),
  );
  const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(served.flat().sort());
  expect(described.length).toBeGreaterThan(8);
});

test("the document is valid by OpenAPI's own schema, and its references lead somewhere", async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  expect(result.errors ?? []).toEqual([]);
  expect([result.valid, validator.version]).toEqual([true, "3.1"]);
  expect(() => validator.resolveRefs()).not.toThrow();
  const broken = { ...structuredClone(document), paths: { "/x": { get: { responses: 1 } } } };
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

test("it is served to anybody, and says nothing of a tenant", async () => {
  const response = await GET(new Request("http://localhost:3000/api/v1/openapi.json"));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
});

test("names are unique, and every operation tells its security, its examples and its problems", () => {
  expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  for (const operation of OPERATIONS) {
    const method = operation.method.toLowerCase();
    const described = document.paths[operation.path][method];
    expect(described.operationId).toBe(operation.id);
    if (operation.body) expect(operation.body.example, operation.id).toBeDefined();
    const statuses = Object.keys(described.responses).map(Number);
    expect(statuses, operation.id).toContain(500);
    if (operation.access.by === "service") {
      expect(statuses).toEqual(expect.arrayContaining([400, 401, 403, 404, 429, 503]));
      expect(described.parameters).toContainEqual(
        expect.objectContaining({ name: "x-tenant-id", required: true }),
      );
    }
    if (operation.body) expect(statuses).toEqual(expect.arrayContaining([413, 415]));
  }
});

test("the examples fit their schemas", () => {
  let checked = 0;
  for (const { id, body, answers } of OPERATIONS) {
    if (body) {
      const parsed = body.schema.safeParse(
        body.read === "text" && typeof body.example !== "string"
          ? JSON.stringify(body.example)
          : body.example,
      );
      expect(parsed.error, `${id}: example of the body`).toBeUndefined();
      checked += 1;
    }
    for (const { content } of Object.values(answers)) {
      if (content?.example === undefined) continue;
      // Dates travel as text; some schemas have them as dates still.
      const asText = content.schema.safeParse(content.example);
      const parsed = asText.success ? asText : content.schema.safeParse(withDates(content.example));
      expect(parsed.error, `${id}: example of an answer`).toBeUndefined();
      checked += 1;
    }
  }
  expect(checked).toBeGreaterThan(12);
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Times as dates, wherever they stand. */
function withDates(example: unknown): unknown {
  if (typeof example === "string") return TIME.test(example) ? new Date(example) : example;
  if (Array.isArray(example)) return example.map(withDates);
  if (typeof example !== "object" || example === null) return example;
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, withDates(value)]));
}

test("every method that a route lacks, and every path that is none, is a problem", async () => {
  for (const file of files) {
    const exported = (await import(join(ROOT, file))) as Record<
      string,
      (request: Request, context: object) => Promise<Response>
    >;
    const own = file === NOWHERE ? [] : [...(await handlersOf(file)).keys()];
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      if (own.includes(method)) continue;
      const request = new Request(`http://localhost:3000${pathOf(file)}`, { method });
      const response = await exported[method]?.(request, { params: Promise.resolve({}) });
      const [status, code] = file === NOWHERE ? [404, "not_found"] : [405, "method_not_allowed"];
      expect(response?.status, `${method} ${file}`).toBe(status);
      expect(response?.headers.get("content-type")).toBe("application/problem+json");
      expect(await response?.json()).toMatchObject({
        type: `urn:sovereign-console:problem:${code}`,
        status,
        code,
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      if (status === 405) expect(response?.headers.get("allow")).toContain(own[0]);
    }
  }
});
