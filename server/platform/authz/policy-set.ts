import "server-only";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { policyProblems, problemText, SCHEMA_FILE } from "./policy-problems.ts";

/** The texts that a decision's two digests are of. */
export interface PolicyTexts {
  /** RFC 8785 JSON: the text of each policy by its id. */
  policySet: string;
  schema: string;
}

export interface LoadedPolicies {
  texts: PolicyTexts;
  setId: string;
  schemaName: string;
  policySetDigest: Buffer;
  schemaDigest: Buffer;
  policies: readonly ScopedPolicy[];
  /** The names of what was parsed of it: the policies that can speak of an action, all or the floor. */
  parsed: Map<string, string>;
}

interface ScopedPolicy {
  id: string;
  text: string;
  /** A governance engine may take its place; the others always hold. */
  isDelegated: boolean;
  /** The one action that its scope names; null: several, or any. */
  action: string | null;
}

/**
 * Reads, parses and strictly validates `policies/`. Throws with every problem found, each with file,
 * line and column: Cedar reports validation problems inside a success, and an empty set would deny in silence.
 */
export function loadPolicies(directory = policyDirectory()): LoadedPolicies {
  const { policies, schema } = readPolicies(directory);
  const problems = policyProblems(policies, schema);
  if (problems.length > 0)
    throw new Error(
      `The policies in ${directory} are not valid:\n  ${problems.map(problemText).join("\n  ")}`,
    );
  return preparsed({ policySet: canonicalJson(policies), schema });
}

/** Where this installation's policies are. */
export function policyDirectory(): string {
  return process.env.POLICIES_DIR ?? join(process.cwd(), "policies");
}

/** The texts of a folder of policies, by id, and its schema. Throws when either is missing. */
export function readPolicies(directory: string): {
  policies: Record<string, string>;
  schema: string;
} {
  const schema = readFileSync(join(directory, SCHEMA_FILE), "utf8");
  const files = readdirSync(directory)
    .filter((file) => file.endsWith(".cedar"))
    .sort();
  if (files.length === 0) throw new Error(`No policies in ${directory}.`);
  const policies = Object.fromEntries(
    files.map((file) => [
      file.slice(0, -".cedar".length),
      readFileSync(join(directory, file), "utf8"),
    ]),
  );
  return { policies, schema };
}

/** Parsed once a process: Cedar keeps what it parsed under the digests' names. */
const known = new Map<string, LoadedPolicies>();

export function preparsed(texts: PolicyTexts): LoadedPolicies {
  const policySetDigest = sha256(texts.policySet);
  const schemaDigest = sha256(texts.schema);
  const setId = policySetDigest.toString("hex");
  const schemaName = schemaDigest.toString("hex");
  const before = known.get(`${setId}/${schemaName}`);
  if (before) return before;
  const loaded = parsedUnder(setId, schemaName, texts);
  known.set(`${setId}/${schemaName}`, loaded);
  return loaded;
}

export function parsedUnder(setId: string, schemaName: string, texts: PolicyTexts): LoadedPolicies {
  const staticPolicies = JSON.parse(texts.policySet) as Record<string, string>;
  refuseUnparsed(cedar.preparseSchema(schemaName, texts.schema));
  return {
    texts,
    setId,
    schemaName,
    policySetDigest: sha256(texts.policySet),
    schemaDigest: sha256(texts.schema),
    policies: Object.entries(staticPolicies).map(([id, text]) => scoped(id, text)),
    parsed: new Map(),
  };
}

function scoped(id: string, text: string): ScopedPolicy {
  const answer = cedar.policyToJson(text);
  if (answer.type === "failure")
    throw new Error(answer.errors.map((error) => error.message).join("\n"));
  const { action, annotations } = answer.json;
  const named = action.op === "==" && "entity" in action ? action.entity : null;
  const uid = named && "__entity" in named ? named.__entity : named;
  return {
    id,
    text,
    isDelegated: annotations?.delegated !== undefined,
    action: uid?.type === "Action" ? uid.id : null,
  };
}

/**
 * The name under which Cedar keeps the policies that can speak of an action. One whose scope names another action
 * can neither decide nor fail, so leaving it out changes nothing but the time that a decision takes.
 */
export function partFor(policies: LoadedPolicies, action: string, part: "whole" | "floor"): string {
  const name = `${policies.setId}/${part}/${action}`;
  const known = policies.parsed.get(name);
  if (known) return known;
  const own = policies.policies.filter(
    (policy) =>
      (policy.action === null || policy.action === action) &&
      (part === "whole" || !policy.isDelegated),
  );
  const staticPolicies = Object.fromEntries(own.map(({ id, text }) => [id, text]));
  refuseUnparsed(cedar.preparsePolicySet(name, { staticPolicies }));
  policies.parsed.set(name, name);
  return name;
}

function refuseUnparsed(answer: cedar.CheckParseAnswer): void {
  if (answer.type === "failure")
    throw new Error(answer.errors.map((error) => error.message).join("\n"));
}

/** Whether a governance engine may take this policy's place: it says so by `@delegated`. Others always hold. */
export function isDelegated(text: string): boolean {
  return scoped("", text).isDelegated;
}

export function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
