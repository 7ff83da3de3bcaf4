import type { LabelSelector, Labels, SelectorRequirement } from "./label-selector.ts";
import { PROTOCOLS, type Protocol } from "./port-set.ts";

export type Fields = Record<string, unknown>;

export function protocolOf(value: unknown): Protocol {
  if (value === undefined || value === null) return "TCP";
  const found = PROTOCOLS.find((protocol) => protocol === value);
  if (!found) throw new Error(`ports: ${String(value)} is not TCP, UDP or SCTP`);
  return found;
}

const OPERATORS: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];

export function selectorOf(value: unknown, where: string): LabelSelector {
  const fields = statedFields(value, where);
  const matchExpressions = statedList(fields.matchExpressions, where).map(
    (each): SelectorRequirement => {
      const { key, operator, values } = fieldsOf(each);
      if (
        typeof key !== "string" ||
        typeof operator !== "string" ||
        !OPERATORS.includes(operator)
      ) {
        throw new Error(`${where}: operator ${String(operator)} is not ${OPERATORS.join(", ")}`);
      }
      const list = listOf(values).map(String);
      if ((operator === "In" || operator === "NotIn") !== list.length > 0) {
        throw new Error(`${where}: ${operator} ${list.length > 0 ? "takes no" : "needs"} values`);
      }
      return { key, operator: operator as SelectorRequirement["operator"], values: list };
    },
  );
  return { matchLabels: labelsOf(fields.matchLabels), matchExpressions };
}

export function labelsOf(value: unknown): Labels {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([key, each]) => [key, String(each)]),
  );
}

/** Of a policy nothing may be passed over: what is left out of it would allow more than it says. */
export function statedFields(value: unknown, where: string): Fields {
  if (value !== undefined && value !== null && (typeof value !== "object" || Array.isArray(value)))
    throw new Error(`${where} must be an object`);
  return fieldsOf(value);
}

export function statedList(value: unknown, where: string): unknown[] {
  if (value !== undefined && value !== null && !Array.isArray(value))
    throw new Error(`${where} must be a list`);
  return listOf(value);
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
