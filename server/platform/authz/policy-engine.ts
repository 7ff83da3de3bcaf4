import "server-only";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { policyProblems, problemText, SCHEMA_FILE } from "./policy-problems.ts";

export type PolicyAction =
  | "RotateSecret"
  | "MarkLeaked"
  | "DecideApproval"
  | "AmendApproval"
  | "CreateTenant"
  | "LabelTenant"
  | "ManageAdmission"
  | "ManageRotationTarget"
  | "RequestDeployment"
  | "ExecuteDeployment"
  | "RequestElevation"
  | "ActivateElevation"
  | "RevokeElevation"
  | "ManageElevationPolicy"
  | "ManageEnvironment"
  | "DecideAccess"
  | "BreakGlass"
  | "ReviewBreakGlass";

export interface CedarUid {
  type:
    | "User"
    | "Service"
    | "Worker"
    | "System"
    | "Tenant"
    | "SecretBinding"
    | "ApprovalRequest"
    | "DeploymentRequest"
    | "DeploymentEnvironment"
    | "AccessCampaign"
    | "BreakGlassPrincipal";
  id: string;
}

export interface CedarEntity {
  uid: CedarUid;
  attrs: Record<string, cedar.CedarValueJson>;
  parents: CedarUid[];
}

export interface PolicyRequest {
  principal: CedarUid;
  action: PolicyAction;
  resource: CedarUid;
  context: Record<string, cedar.CedarValueJson>;
  entities: CedarEntity[];
}

/** A decision with everything needed to make it again, byte for byte (law 11). */
export interface PolicyDecision {
  /** Who decided: Cedar, or a governance engine over AuthZEN within what is never delegated. */
  engine: "cedar" | "authzen";
  /** RFC 8785 JSON: what a governance engine was asked and what it answered; null of Cedar's own. */
  exchange: string | null;
  action: PolicyAction;
  outcome: "allow" | "deny";
  /** Ids of the policies that decided, sorted. */
  reasons: string[];
  /** Evaluation errors; any of them denies (law 7). */
  errors: string[];
  policySetDigest: Buffer;
  schemaDigest: Buffer;
  engineVersion: string;
  request: string;
  entities: string;
  digest: Buffer;
}

/** The texts that a decision's two digests are of. */
export interface PolicyTexts {
  /** RFC 8785 JSON: the text of each policy by its id. */
  policySet: string;
  schema: string;
}

interface LoadedPolicies {
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

const sha256 = (text: string) => createHash("sha256").update(text).digest();

const shared = globalThis as typeof globalThis & { consolePolicies?: LoadedPolicies };

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

function preparsed(texts: PolicyTexts): LoadedPolicies {
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

function parsedUnder(setId: string, schemaName: string, texts: PolicyTexts): LoadedPolicies {
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
function partFor(policies: LoadedPolicies, action: string, part: "whole" | "floor"): string {
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

let draftTurn: Promise<unknown> = Promise.resolve();

/**
 * Gives `work` a way to decide by texts that are not in force. One draft at a time: Cedar keeps what it parsed for
 * ever, so each draft takes the place of the one before. Throws when the texts do not parse.
 */
export function withDraft<Result>(
  texts: PolicyTexts,
  work: (
    decideByDraft: (request: PolicyRequest, part: "whole" | "floor") => PolicyDecision,
  ) => Promise<Result>,
): Promise<Result> {
  const turn = draftTurn.then(() => {
    const draft = parsedUnder("draft", "draft", texts);
    return work((request, part) => decideBy(draft, request, part));
  });
  draftTurn = turn.catch(() => undefined);
  return turn;
}

/** Whether a governance engine may take this policy's place: it says so by `@delegated`. Others always hold. */
export function isDelegated(text: string): boolean {
  return scoped("", text).isDelegated;
}

export function cedarVersion(): string {
  return cedar.getCedarVersion();
}

/** The texts now in force: kept with the decisions that are made from them. */
export function policyTexts(): PolicyTexts {
  shared.consolePolicies ??= loadPolicies();
  return shared.consolePolicies.texts;
}

/** Decides by Cedar. Never throws: what cannot be evaluated is denied, with the error named (law 7). */
export function decide(request: PolicyRequest): PolicyDecision {
  shared.consolePolicies ??= loadPolicies();
  return decideBy(shared.consolePolicies, request);
}

/** Decides by what is never delegated alone: what a governance engine's word is joined to. */
export function decideFloor(request: PolicyRequest): PolicyDecision {
  shared.consolePolicies ??= loadPolicies();
  return decideBy(shared.consolePolicies, request, "floor");
}

/** Decides by these texts instead of those in force. Throws when they do not parse. */
export function decideUnder(
  texts: PolicyTexts,
  request: PolicyRequest,
  part: "whole" | "floor" = "whole",
): PolicyDecision {
  return decideBy(preparsed(texts), request, part);
}

function decideBy(
  policies: LoadedPolicies,
  request: PolicyRequest,
  part: "whole" | "floor" = "whole",
): PolicyDecision {
  const { entities, ...question } = request;
  const sorted = [...entities].sort((a, b) =>
    `${a.uid.type}::${a.uid.id}` < `${b.uid.type}::${b.uid.id}` ? -1 : 1,
  );
  const decided = {
    engine: "cedar" as const,
    exchange: null,
    action: request.action,
    ...evaluate(policies, request, part, sorted),
    engineVersion: cedar.getCedarVersion(),
    request: canonicalJson(question as unknown as JsonValue),
    entities: canonicalJson(sorted as unknown as JsonValue),
    policySetDigest: policies.policySetDigest,
    schemaDigest: policies.schemaDigest,
  };
  return { ...decided, digest: decisionDigest(decided) };
}

/** Over everything that a decision was made from. Without an exchange it is as it was before there were any. */
export function decisionDigest(decided: Omit<PolicyDecision, "digest">): Buffer {
  const { engine, exchange, policySetDigest, schemaDigest, ...record } = decided;
  return sha256(
    canonicalJson({
      ...record,
      policySetDigest: policySetDigest.toString("hex"),
      schemaDigest: schemaDigest.toString("hex"),
      ...(exchange === null ? {} : { engine, exchange: sha256(exchange).toString("hex") }),
    }),
  );
}

function evaluate(
  policies: LoadedPolicies,
  request: PolicyRequest,
  part: "whole" | "floor",
  entities: CedarEntity[],
): Pick<PolicyDecision, "outcome" | "reasons" | "errors"> {
  try {
    const answer = cedar.statefulIsAuthorized({
      principal: request.principal,
      action: { type: "Action", id: request.action },
      resource: request.resource,
      context: request.context,
      entities,
      preparsedSchemaName: policies.schemaName,
      preparsedPolicySetId: partFor(policies, request.action, part),
      validateRequest: true,
    });
    if (answer.type === "failure") {
      return { outcome: "deny", reasons: [], errors: answer.errors.map((error) => error.message) };
    }
    const { decision, diagnostics } = answer.response;
    // Cedar skips a forbid whose evaluation fails: an error therefore denies.
    const errors = diagnostics.errors
      .map((error) => `${error.policyId}: ${error.error.message}`)
      .sort();
    return {
      outcome: decision === "allow" && errors.length === 0 ? "allow" : "deny",
      reasons: [...diagnostics.reason].sort(),
      errors,
    };
  } catch (error) {
    return { outcome: "deny", reasons: [], errors: [(error as Error).message] };
  }
}
