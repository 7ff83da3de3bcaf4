import "server-only";
import { z } from "zod";
import { REFUSALS } from "#server/features/identity/index.ts";
import { ROLE_SCOPES, SCOPES } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { httpStatusOf } from "#server/platform/errors/map.ts";
import type { Answer, AnyOperation } from "./operation.ts";
import { PROBLEM_TYPE } from "./problem-response.ts";
import { PROBLEM_MEANINGS, type ProblemCode } from "./problem-types.ts";

type Json = Record<string, unknown>;

const PROBLEM = "#/components/schemas/Problem";
const CODES = Object.keys(PROBLEM_MEANINGS) as ProblemCode[];
const statusOf = (code: ProblemCode) =>
  code === "internal" ? 500 : httpStatusOf(new AppError(code, ""));

/** OpenAPI 3.1 of these operations. The same operations give the same document, byte for byte. */
export function openApiDocument(operations: readonly AnyOperation[], url: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    Object.assign(paths[operation.path] as Json, {
      [operation.method.toLowerCase()]: described(operation),
    });
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Sovereign Console",
      version: "1",
      description:
        "For pipelines and controllers. Errors are problem details (RFC 9457); a foreign id answers exactly as one that does not exist.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problemSchema() },
      securitySchemes: {
        dpop: {
          type: "http",
          scheme: "DPoP",
          description:
            "An access token of the tenant's realm for the audience runtime-api, bound to a key of yours (RFC 9449), with a proof in the header DPoP. Its scopes are those of the client's roles, or of these the ones that it was asked for.",
        },
        mtls: {
          type: "mutualTLS",
          description: "A token bound to your client certificate (RFC 8705), sent as Bearer.",
        },
        cluster: {
          type: "http",
          scheme: "bearer",
          description: "The token that a cluster was registered with.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "session",
          description: "A person who is signed in to the console.",
        },
      },
    },
    "x-scopes": Object.fromEntries(
      Object.entries(SCOPES).map(([scope, meaning]) => [
        scope,
        { meaning, roles: rolesWith(scope) },
      ]),
    ),
    "x-problem-types": CODES.map((code) => ({
      type: `${PROBLEM_TYPE}${code}`,
      status: statusOf(code),
      meaning: PROBLEM_MEANINGS[code],
    })),
  };
}

function described(operation: AnyOperation): Json {
  const { access, body, answers } = operation;
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: operation.description,
    ...("scope" in access ? { "x-scope": access.scope } : {}),
    security: SECURITY[access.by],
    parameters: parametersOf(operation),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: Object.fromEntries(
              body.types.map((type) => [
                type,
                { schema: schemaOf(body.schema, "input"), example: body.example },
              ]),
            ),
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers as Record<string, Answer>).map(([status, answer]) => [
          status,
          answerOf(answer),
        ]),
      ),
      ...problemsOf(operation),
    },
  };
}

const SECURITY: Record<AnyOperation["access"]["by"], Json[]> = {
  service: [{ dpop: [] }, { mtls: [] }],
  session: [{ session: [] }],
  cluster: [{ cluster: [] }],
  anyone: [],
};

function parametersOf(operation: AnyOperation): Json[] {
  const from = (schema: z.ZodType | undefined, place: "path" | "query" | "header") => {
    if (!schema) return [];
    const { properties = {}, required = [] } = schemaOf(schema, "input") as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: place,
      required: place === "path" || required.includes(name),
      ...(description ? { description } : {}),
      schema: rest,
    }));
  };
  const own = [
    ...from(operation.params?.schema, "path"),
    ...from(operation.query, "query"),
    ...from(operation.headers, "header"),
  ];
  return operation.access.by === "service"
    ? [...own, ...from(callHeaders(operation), "header")]
    : own;
}

function callHeaders({ method }: AnyOperation): z.ZodObject {
  const every = z.object({
    "x-tenant-id": z.string().describe("The tenant; one of the token's"),
    DPoP: z.string().optional().describe("The proof (RFC 9449), with scheme DPoP"),
    traceparent: z
      .string()
      .optional()
      .describe("W3C Trace Context; its trace id is in each problem"),
  });
  if (method === "GET") return every;
  return every.extend({
    "Idempotency-Key": z
      .string()
      .regex(/^[\x21-\x7e]{8,200}$/)
      .optional()
      .describe("The same key again gives the same answer again, once done"),
  });
}

function answerOf({ description, content, headers }: Answer): Json {
  return {
    description,
    ...(headers
      ? {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, meaning]) => [
              name,
              { description: meaning, schema: { type: "string" } },
            ]),
          ),
        }
      : {}),
    ...(content
      ? {
          content: {
            [content.type]: {
              schema: schemaOf(content.schema, "output"),
              ...(content.example === undefined ? {} : { example: content.example }),
            },
          },
        }
      : {}),
  };
}

/** Everything that this operation can refuse with: its own, and what its access and body bring. */
function problemsOf(operation: AnyOperation): Json {
  const { access, body, params, query, problems = [], problemMembers } = operation;
  const codes = new Set<ProblemCode>([...problems, "internal"]);
  if ("scope" in access) {
    for (const code of ["unauthenticated", "forbidden", "not_found", "rate_limited", "unavailable"])
      codes.add(code as ProblemCode);
  }
  if (params) codes.add("not_found");
  if (body || query || access.by === "service") codes.add("invalid");
  if (body) codes.add("too_large").add("unsupported_media_type");
  const byStatus = Map.groupBy(
    CODES.filter((code) => codes.has(code)),
    statusOf,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `${code}: ${PROBLEM_MEANINGS[code]}`).join("\n\n"),
        content: {
          "application/problem+json": {
            schema: problemMembers
              ? { allOf: [{ $ref: PROBLEM }, schemaOf(problemMembers, "output")] }
              : { $ref: PROBLEM },
          },
        },
      },
    ]),
  );
}

function problemSchema(): Json {
  return schemaOf(
    z.looseObject({
      type: z.enum(CODES.map((code) => `${PROBLEM_TYPE}${code}`) as [string, ...string[]]),
      title: z.string(),
      status: z.number().int(),
      detail: z.string().describe("What happened, to what"),
      code: z.enum(CODES),
      traceId: z.string().regex(/^[0-9a-f]{32}$/),
      field: z.string().optional().describe("The field at fault"),
      remedy: z.string().optional().describe("What to do next"),
      reason: z
        .enum(Object.keys(REFUSALS) as [keyof typeof REFUSALS])
        .optional()
        .describe("Why a token or proof was refused"),
    }),
    "output",
  );
}

/** JSON Schema 2020-12, as OpenAPI 3.1 takes it. Dates travel as RFC 3339 text. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === "date")
        Object.assign(jsonSchema, { type: "string", format: "date-time" });
      delete (jsonSchema as Json).entity;
    },
  });
  return rest as Json;
}

function rolesWith(scope: string): string[] {
  return Object.entries(ROLE_SCOPES)
    .filter(([, scopes]) => (scopes as readonly string[]).includes(scope))
    .map(([role]) => role);
}
