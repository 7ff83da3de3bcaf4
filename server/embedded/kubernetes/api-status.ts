import type { Json, JsonObject } from "#server/engines/differ/json.ts";

export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

/** An answer that is no success, as a `Status` of meta/v1 says it. */
export class ApiStatus extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: JsonObject | undefined;
  readonly metadata: JsonObject;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonObject,
    metadata: JsonObject = {},
  ) {
    super(message);
    this.name = "ApiStatus";
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.metadata = metadata;
  }

  toObject(): JsonObject {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.metadata,
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

interface Named {
  group: string;
  resource: string;
  name?: string;
}

function qualified({ group, resource }: Named): string {
  return group === "" ? resource : `${resource}.${group}`;
}

function detailsOf({ group, resource, name }: Named, more: JsonObject = {}): JsonObject {
  return {
    ...(name ? { name } : {}),
    ...(group === "" ? {} : { group }),
    kind: resource,
    ...more,
  };
}

export function notFound(what: Named): ApiStatus {
  const message = `${qualified(what)} "${what.name}" not found`;
  return new ApiStatus(404, "NotFound", message, detailsOf(what));
}

export function noSuchPath(): ApiStatus {
  const message = "the server could not find the requested resource";
  return new ApiStatus(404, "NotFound", message, {});
}

export function alreadyExists(what: Named): ApiStatus {
  const message = `${qualified(what)} "${what.name}" already exists`;
  return new ApiStatus(409, "AlreadyExists", message, detailsOf(what));
}

export function changedMeanwhile(what: Named): ApiStatus {
  const message = `Operation cannot be fulfilled on ${qualified(what)} "${what.name}": the object has been modified; please apply your changes to the latest version and try again`;
  return new ApiStatus(409, "Conflict", message, detailsOf(what));
}

export function applyConflict(causes: readonly (StatusCause & { manager: string })[]): ApiStatus {
  const [first] = causes;
  const many =
    causes.length === 1
      ? `Apply failed with 1 conflict: ${first?.message}: ${first?.field}`
      : `Apply failed with ${causes.length} conflicts: ${grouped(causes)}`;
  return new ApiStatus(409, "Conflict", many, {
    causes: causes.map(({ message, field }) => ({
      reason: "FieldManagerConflict",
      message,
      ...(field === undefined ? {} : { field }),
    })),
  });
}

/** Fields by whom they conflict with, as the API server lists them. */
function grouped(causes: readonly (StatusCause & { manager: string })[]): string {
  const fields = new Map<string, string[]>();
  for (const { message, field = "" } of causes) {
    const of = message.replace(/^conflict /, "conflicts ");
    fields.set(of, [...(fields.get(of) ?? []), `- ${field}`]);
  }
  return [...fields].map(([of, paths]) => `${of}:\n${paths.join("\n")}`).join("\n");
}

export function forbidden(
  user: string,
  verb: string,
  what: Named & { namespace: string | null },
): ApiStatus {
  const { group, resource, name, namespace } = what;
  const where = namespace === null ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message = `${qualified(what)}${name ? ` "${name}"` : ""} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return new ApiStatus(403, "Forbidden", message, detailsOf(what));
}

export function unauthorized(): ApiStatus {
  return new ApiStatus(401, "Unauthorized", "Unauthorized");
}

export function badRequest(message: string): ApiStatus {
  return new ApiStatus(400, "BadRequest", message);
}

export function invalid(what: Named & { kind: string }, causes: readonly StatusCause[]): ApiStatus {
  const told = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = told.length === 1 ? told[0] : `[${told.join(", ")}]`;
  const name = what.group === "" ? what.kind : `${what.kind}.${what.group}`;
  return new ApiStatus(422, "Invalid", `${name} "${what.name ?? ""}" is invalid: ${list}`, {
    ...detailsOf(what),
    kind: what.kind,
    causes: causes.map((each) => ({ ...each }) as unknown as Json),
  });
}
