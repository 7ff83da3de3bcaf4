import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json } from "#server/engines/differ/json.ts";
import type { Answer } from "./talk.ts";

/** What a real kube-apiserver answered. */
export interface Recording {
  server: string;
  answers: Answer[];
}

const FILE = join(import.meta.dirname, "recorded/kube-apiserver.json");

export function recording(): Recording {
  return JSON.parse(readFileSync(FILE, "utf8")) as Recording;
}

export function record(recorded: Recording): void {
  writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
}

/**
 * Where answers are not as recorded, one line each. Objects may have fields in the recording that ours
 * leave out (the real server knows more defaults); what ours say, owners of fields, and every Status must
 * be the same.
 */
export function unlikeRecorded(own: readonly Answer[], recorded: readonly Answer[]): string[] {
  const names = (answers: readonly Answer[]) => answers.map(({ name }) => name).join("\n");
  if (names(own) !== names(recorded)) return ["the recording is of another talk: record it again"];
  return own.flatMap((answer, at) => {
    const real = recorded[at] as Answer;
    if (answer.code !== real.code)
      return [`${answer.name}: ${answer.code} instead of ${real.code}`];
    return unlike(answer.body, real.body, answer.name, false);
  });
}

function unlike(own: Json, real: Json, path: string, isExact: boolean): string[] {
  if (isObject(own) && isObject(real)) {
    const exact = isExact || own.kind === "Status";
    const names = new Set([...Object.keys(own), ...(exact ? Object.keys(real) : [])]);
    return [...names].flatMap((name) => {
      const [mine, theirs] = [own[name], real[name]];
      const below = `${path}.${name}`;
      if (mine === undefined || theirs === undefined) {
        return [`${below}: ${mine === undefined ? "missing" : "not in the recording"}`];
      }
      return unlike(mine, theirs, below, exact || name === "managedFields");
    });
  }
  if (Array.isArray(own) && Array.isArray(real)) {
    if (own.length !== real.length)
      return [`${path}: ${own.length} instead of ${real.length} items`];
    return own.flatMap((each, at) => unlike(each, real[at] ?? null, `${path}[${at}]`, isExact));
  }
  return own === real ? [] : [`${path}: ${JSON.stringify(own)} instead of ${JSON.stringify(real)}`];
}
