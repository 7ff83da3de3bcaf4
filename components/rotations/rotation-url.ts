import type { ListBindingsInput } from "#server/features/rotation/views.ts";
import { BINDING_STATUSES } from "./binding-statuses.ts";

export const CLASSES = [
  "database-credential",
  "dynamic-database-credential",
  "api-token",
  "oauth-client-secret",
  "signing-key",
  "root-ca",
  "intermediate-ca",
  "tls-certificate",
  "cloud-credential",
  "workload-identity",
  "user-password",
  "manual",
] as const satisfies readonly NonNullable<ListBindingsInput["classes"]>[number][];

const SORTS = [
  "name",
  "status",
  "age",
  "next",
  "class",
  "owner",
] as const satisfies readonly ListBindingsInput["sort"][];

/** The parameters of the URL that narrow the dashboard's table. */
export const ROTATION_PARAMS = ["q", "class", "state"] as const;

type Params = Readonly<Record<string, string | undefined>>;

/**
 * What the URL asks the server for. A parameter that names nothing we know narrows nothing: the
 * filter bar shows what is in force.
 */
export function bindingsQueryOf(params: Params): Partial<ListBindingsInput> {
  const { q, class: wantedClass, state, sort = "" } = params;
  const isDescending = sort.startsWith("-");
  const known = SORTS.find((name) => name === sort.replace(/^-/, ""));
  const secretClass = CLASSES.find((name) => name === wantedClass);
  const status = BINDING_STATUSES.find((name) => name === state);
  return {
    ...(q ? { text: q.slice(0, 200) } : {}),
    ...(secretClass ? { classes: [secretClass] } : {}),
    ...(status ? { statuses: [status] } : {}),
    ...(known ? { sort: known, order: isDescending ? "desc" : "asc" } : {}),
  };
}
