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

export const ENVIRONMENTS = [
  "prod",
  "staging",
  "test",
  "dev",
] as const satisfies readonly NonNullable<ListBindingsInput["environments"]>[number][];

const SORTS = [
  "name",
  "status",
  "age",
  "next",
  "class",
  "owner",
  "environment",
  "region",
] as const satisfies readonly ListBindingsInput["sort"][];

/** The parameters of the URL that narrow the dashboard's table. */
export const ROTATION_PARAMS = ["q", "class", "state", "env", "region", "owner", "next"] as const;

/** What `region` says for a credential of every region. */
export const EVERY_REGION = "all";

type Params = Readonly<Record<string, string | undefined>>;

/**
 * What the URL asks the server for: `next` is a UTC day, or `7d` and `30d` from today on, what is late
 * included. A parameter that names nothing we know narrows nothing: the filter bar shows what is in
 * force.
 */
export function bindingsQueryOf(
  params: Params,
  today = new Date().toISOString().slice(0, 10),
): Partial<ListBindingsInput> {
  const { q, sort = "", region, owner } = params;
  const isDescending = sort.startsWith("-");
  const known = SORTS.find((name) => name === sort.replace(/^-/, ""));
  const secretClass = CLASSES.find((name) => name === params.class);
  const status = BINDING_STATUSES.find((name) => name === params.state);
  const environment = ENVIRONMENTS.find((name) => name === params.env);
  const isRegion = region !== undefined && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(region);
  const named = owner?.trim().slice(0, 200);
  const text = q?.replaceAll("\0", "").trim().slice(0, 200);
  return {
    ...(text ? { text } : {}),
    ...(secretClass ? { classes: [secretClass] } : {}),
    ...(status ? { statuses: [status] } : {}),
    ...(environment ? { environments: [environment] } : {}),
    ...(isRegion ? { regions: [region === EVERY_REGION ? "" : region] } : {}),
    ...(named ? { owners: [named] } : {}),
    ...nextOf(params.next, today),
    ...(known ? { sort: known, order: isDescending ? "desc" : "asc" } : {}),
  };
}

/** The first bar of the calendar, today, also counts what is late. */
function nextOf(next: string | undefined, today: string): Partial<ListBindingsInput> {
  if (!next) return {};
  const days = /^(7|30)d$/.exec(next)?.[1];
  if (days) {
    const last = new Date(`${today}T00:00:00Z`).getTime() + (Number(days) - 1) * 86_400_000;
    return { nextTo: new Date(last).toISOString().slice(0, 10) };
  }
  const at = /^\d{4}-\d\d-\d\d$/.test(next) ? new Date(`${next}T00:00:00Z`) : null;
  const isDay = at && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(next);
  if (!isDay) return {};
  return next <= today ? { nextTo: next } : { nextFrom: next, nextTo: next };
}
