import type { z } from "zod";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import type { AppErrorCode } from "#server/platform/errors/app-error.ts";

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

/** Who may call: a service caller with a token, a signed-in person, a cluster's webhook, or anybody. */
export type Access =
  /** `counts`: `sender` for machines that call all day, apart from the calls of everybody else. */
  | { by: "service"; scope: RoleScope; counts?: "sender" }
  | { by: "session"; scope: RoleScope }
  | { by: "cluster" }
  | { by: "anyone" };

/** What a body may be, and how it is read; `bytes` leaves type and content to the operation itself. */
export interface Body<Schema extends z.ZodType = z.ZodType> {
  /** Media types; `application/*+json` stands for all of them. */
  readonly types: readonly string[];
  readonly read: "json" | "text" | "bytes";
  readonly schema: Schema;
  /** 256 KiB unless said otherwise; may hang on the query. */
  readonly maxBytes?: number | ((query: unknown) => number);
  readonly example: unknown;
}

export interface Answer {
  readonly description: string;
  /** Absent: no body. */
  readonly content?: { readonly type: string; readonly schema: z.ZodType; example?: unknown };
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the HTTP API: what its route demands, and what the OpenAPI document says of it. */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  BodySchema extends z.ZodType = z.ZodType,
> {
  /** `deployments.request`: unique; names the act in the log when it is refused. */
  readonly id: string;
  readonly method: Method;
  /** As OpenAPI writes it: `/api/v1/deployments/{id}`. */
  readonly path: `/api/v1/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  /** What the path names; a name that can't be one answers as absent does. */
  readonly params?: { readonly schema: Params; readonly absent: string };
  readonly query?: Query;
  /** Headers of this operation's own, beyond those of every call. */
  readonly headers?: z.ZodObject;
  readonly body?: Body<BodySchema>;
  /** Answers by status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Refusals of its own, beyond those that its access and body bring. */
  readonly problems?: readonly AppErrorCode[];
  /** Members of a problem besides ours, by status. */
  readonly problemMembers?: z.ZodObject;
}

// biome-ignore lint/suspicious/noExplicitAny: the registry holds operations of every shape
export type AnyOperation = Operation<any, any, any>;

export function operation<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  BodySchema extends z.ZodType = z.ZodUndefined,
>(definition: Operation<Params, Query, BodySchema>): Operation<Params, Query, BodySchema> {
  return definition;
}
