import "server-only";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { policyDirectory } from "#server/platform/authz/policy-set.ts";

let cached: ReadonlyMap<string, string> | undefined;

/**
 * What a policy says, in words: the comment that its file begins with. A policy that is no longer
 * shipped is named by its id.
 */
export function wordsOfPolicy(policyId: string): string {
  cached ??= readWords(policyDirectory());
  return cached.get(policyId) ?? policyId;
}

function readWords(directory: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith(".cedar"))) {
    const lines = readFileSync(join(directory, file), "utf8").split("\n");
    const end = lines.findIndex((line) => !line.startsWith("//"));
    const comment = lines.slice(0, end).map((line) => line.slice(2).trim());
    if (comment.length > 0) words.set(file.slice(0, -".cedar".length), comment.join(" "));
  }
  return words;
}
