import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";

/** What is asked of a policy decision point: OpenID AuthZEN Authorization API 1.0, §6.1. */
export interface Evaluation {
  subject: { type: string; id: string; properties: Record<string, JsonValue> };
  action: { name: string };
  resource: { type: string; id: string; properties: Record<string, JsonValue> };
  context: Record<string, JsonValue>;
}

export const EVALUATION_PATH = "/access/v1/evaluation";
export const EVALUATIONS_PATH = "/access/v1/evaluations";
/** As many as stand in one batch: each decision keeps the whole exchange, to be read again. */
export const MOST_EVALUATIONS = 20;

/** A question as our policies put it: principal, action, resource, context, and the entities' attributes. */
export interface PolicyQuestion {
  principal: { type: string; id: string };
  action: string;
  resource: { type: string; id: string };
  context: Readonly<Record<string, unknown>>;
  entities: readonly {
    uid: { type: string; id: string };
    attrs: Readonly<Record<string, unknown>>;
    parents: readonly { type: string; id: string }[];
  }[];
}

/**
 * The same question in AuthZEN's words: attributes are properties, parents stand in `properties.parents`,
 * references to entities as `{type, id}`. The same question gives the same bytes.
 */
export function evaluationOf({
  principal,
  action,
  resource,
  context,
  entities,
}: PolicyQuestion): Evaluation {
  const described = (uid: { type: string; id: string }) => {
    const entity = entities.find((each) => each.uid.type === uid.type && each.uid.id === uid.id);
    const parents = (entity?.parents ?? []).map(({ type, id }) => ({ type, id }));
    const attributes = plain(entity?.attrs ?? {}) as Record<string, JsonValue>;
    return { type: uid.type, id: uid.id, properties: { ...attributes, parents } };
  };
  return {
    subject: described(principal),
    action: { name: action },
    resource: described(resource),
    context: plain(context) as Record<string, JsonValue>,
  };
}

/** One evaluation as itself, several as a batch whose every member is answered (`execute_all`). */
export function requestBody(evaluations: readonly Evaluation[]): { path: string; body: string } {
  const [only, ...more] = evaluations;
  if (only && more.length === 0) {
    return { path: EVALUATION_PATH, body: canonicalJson(only as unknown as JsonValue) };
  }
  const batch = { evaluations, options: { evaluations_semantic: "execute_all" } };
  return { path: EVALUATIONS_PATH, body: canonicalJson(batch as unknown as JsonValue) };
}

/** Cedar's JSON escapes for entities and extension values, as plain JSON. */
function plain(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value as JsonValue;
  const { __entity, __extn } = value as {
    __entity?: { type: string; id: string };
    __extn?: { arg: string };
  };
  if (__entity) return { type: __entity.type, id: __entity.id };
  if (__extn) return __extn.arg;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
