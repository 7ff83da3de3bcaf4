import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { DRIFT_RULES, SEVERITIES } from "#server/engines/drift/finding.ts";
import type { FindingFilter } from "#server/features/drift/views.ts";

/** The parameters of the URL that narrow the list. */
export const DRIFT_PARAMS = ["q", "severity", "state", "rule", "cluster", "environment"] as const;

/** Takes every filter away. */
export const NO_DRIFT_FILTERS = Object.fromEntries(DRIFT_PARAMS.map((name) => [name, null]));

export const STATES = ["open", "acknowledged", "remediating", "suppressed", "resolved"] as const;
/** What needs somebody: what the numbers of severities count, and what is shown without a filter. */
const ACTIVE = ["open", "acknowledged", "remediating"] as const;
/** What `state` says for everything there ever was. */
export const EVERY_STATE = "all";

type Params = Readonly<Record<string, string | undefined>>;

/**
 * What the URL asks the server for. A parameter that names nothing we know narrows nothing: the filter
 * bar shows what is in force.
 */
export function driftQueryOf(params: Params): FindingFilter {
  const severity = SEVERITIES.find((name) => name === params.severity);
  const state = STATES.find((name) => name === params.state);
  const rule = DRIFT_RULES.find((name) => name === params.rule);
  const environment = ENVIRONMENTS.find((name) => name === params.environment);
  const cluster = params.cluster?.slice(0, 200);
  const text = params.q?.replaceAll("\0", "").trim().slice(0, 200);
  const states = params.state === EVERY_STATE ? STATES : state ? [state] : ACTIVE;
  return {
    states: [...states],
    ...(severity ? { severities: [severity] } : {}),
    ...(rule ? { rules: [rule] } : {}),
    ...(environment ? { environments: [environment] } : {}),
    ...(cluster ? { clusters: [cluster] } : {}),
    ...(text ? { text } : {}),
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id that a URL names; anything else names nothing. */
export function idOf(param: string | null | undefined): string | null {
  return param && UUID.test(param) ? param : null;
}
