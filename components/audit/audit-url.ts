export const OUTCOMES = ["succeeded", "denied", "failed"] as const;
export const ACTOR_KINDS = ["user", "service", "worker", "system"] as const;

/** What the filters of the audit page ask the server for. */
export interface AuditUrlFilter {
  types?: string[];
  outcomes?: (typeof OUTCOMES)[number][];
  actorKinds?: (typeof ACTOR_KINDS)[number][];
  subject?: string;
  actorRef?: string;
  traceId?: string;
  from?: Date;
  until?: Date;
}

/** The parameters of the URL that narrow the log. */
export const AUDIT_PARAMS = [
  "type",
  "outcome",
  "by",
  "subject",
  "actor",
  "trace",
  "from",
  "until",
] as const;

type Params = Readonly<Record<string, string | undefined>>;

const EVENT_TYPE = /^runtime(\.[a-z][a-z0-9-]*)+$/;
const DAY_MILLIS = 86_400_000;

function day(text: string | undefined): Date | undefined {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const at = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function oneOf<T extends string>(choices: readonly T[], text: string | undefined): T | undefined {
  return choices.find((choice) => choice === text);
}

/**
 * Reads the filters from the URL. Days are UTC, and `until` includes its day. A parameter that
 * can't be read narrows nothing: the filter bar shows what is in force.
 */
export function auditFilterOf(params: Params): AuditUrlFilter {
  const outcome = oneOf(OUTCOMES, params.outcome);
  const kind = oneOf(ACTOR_KINDS, params.by);
  const until = day(params.until);
  const from = day(params.from);
  return {
    ...(params.type && EVENT_TYPE.test(params.type) ? { types: [params.type] } : {}),
    ...(outcome ? { outcomes: [outcome] } : {}),
    ...(kind ? { actorKinds: [kind] } : {}),
    ...(params.subject ? { subject: params.subject.slice(0, 300) } : {}),
    ...(params.actor ? { actorRef: params.actor.slice(0, 100) } : {}),
    ...(params.trace && /^[0-9a-f]{32}$/.test(params.trace) ? { traceId: params.trace } : {}),
    ...(from ? { from } : {}),
    ...(until ? { until: new Date(until.getTime() + DAY_MILLIS) } : {}),
  };
}
