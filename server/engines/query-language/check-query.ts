import {
  checkChoice,
  checkEventId,
  checkText,
  checkTrace,
  checkType,
  singleValue,
} from "./check-column.ts";
import type { CheckContext, Checker } from "./check-context.ts";
import { checkIndex, checkTime } from "./check-order.ts";
import { checkWords } from "./check-words.ts";
import { type Condition, EVERY_EVENT } from "./condition.ts";
import { contradictions } from "./contradictions.ts";
import { FIELDS, nearest, PAYLOAD } from "./fields.ts";
import { MAX_CONDITIONS } from "./limits.ts";
import { type Problem, problem } from "./problem.ts";
import type { QueryNode } from "./query-node.ts";

export interface CheckedQuery {
  /** Null when an error keeps the query from running. */
  readonly condition: Condition | null;
  readonly problems: readonly Problem[];
}

type Field = Extract<QueryNode, { kind: "field" }>;

/** Holds a query against the field table. Reports every problem that it finds, not only the first. */
export function checkQuery(node: QueryNode | null, context: CheckContext): CheckedQuery {
  const problems: Problem[] = [];
  const report = (found: Problem) => void problems.push(found);
  const checker: Checker = { ...context, report };
  let conditions = 0;
  const check = (each: QueryNode): Condition | undefined => {
    switch (each.kind) {
      case "and":
      case "or": {
        const checked = each.parts.map(check);
        const of = checked.filter((part) => part !== undefined);
        if (each.kind === "and") contradictions(each.parts, checked, report);
        return of.length === checked.length ? { kind: each.kind, of } : undefined;
      }
      case "not": {
        const of = check(each.of);
        return of && { kind: "not", of };
      }
      default:
        if (++conditions === MAX_CONDITIONS + 1) {
          report(problem("too_many", each, { max: String(MAX_CONDITIONS) }));
        }
        if (conditions > MAX_CONDITIONS) return undefined;
        return each.kind === "text" ? checkFreeText(each, checker) : checkField(each, checker);
    }
  };
  const condition = node ? check(node) : EVERY_EVENT;
  const hasError = problems.some(({ severity }) => severity === "error");
  return { condition: hasError || !condition ? null : condition, problems };
}

function checkFreeText(
  node: Extract<QueryNode, { kind: "text" }>,
  checker: Checker,
): Condition | undefined {
  const [word = ""] = node.value.chunks;
  if (
    node.value.chunks.length === 1 &&
    /^(and|or|not)$/.test(word) &&
    node.to - node.from === word.length
  ) {
    const { from, to } = node;
    const operator = word.toUpperCase();
    checker.report(
      problem("lowercase_operator", node, { word, operator }, { from, to, insert: operator }),
    );
  }
  return checkWords("text", { kind: "value", value: node.value }, checker);
}

function checkField({ field, match }: Field, checker: Checker): Condition | undefined {
  const { name } = field;
  if (name.startsWith(PAYLOAD) && name.length > PAYLOAD.length) {
    return checkWords(name as `payload.${string}`, match, checker);
  }
  const definition = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  switch (definition?.kind) {
    case "text":
      return definition.column === "type"
        ? checkType(match, checker)
        : checkText(name, definition.column, match, checker);
    case "choice":
      return checkChoice(name, definition, match, checker);
    case "trace":
      return checkTrace(match, checker);
    case "event":
      return checkEventId(match, checker);
    case "actor":
      return checkActor(match, checker);
    case "index":
      return checkIndex(match, checker);
    case "time":
    case "since":
    case "until":
      return checkTime(definition.kind, match, checker);
    default:
      checker.report(unknownField({ field, match }));
      return undefined;
  }
}

/** A pseudonym is a clear column; a name stands in the payload and is found by its words. */
function checkActor(match: Match, checker: Checker): Condition | undefined {
  const text =
    match.kind === "value" && match.value.chunks.length === 1 ? match.value.chunks[0] : undefined;
  if (text !== undefined && /^(user|service|worker|system):[0-9a-f]{32}$/.test(text)) {
    return { kind: "equals", column: "actorRef", value: text };
  }
  if (match.kind === "range" || (match.kind === "compare" && match.operator !== "=")) {
    singleValue(match, "actor", checker);
    return undefined;
  }
  return checkWords("actor", match, checker);
}
type Match = Field["match"];

function unknownField({ field }: Pick<Field, "field" | "match">): Problem {
  const { name, from, to } = field;
  if (name === "payload" || name === PAYLOAD) return problem("missing_path", field);
  const close = nearest(name, Object.keys(FIELDS));
  const args = { field: name, nearest: close };
  return problem("unknown_field", field, args, close ? { from, to, insert: close } : undefined);
}
