import "server-only";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";

export type PolicyAction =
  | "RotateSecret"
  | "MarkLeaked"
  | "DecideApproval"
  | "AmendApproval"
  | "CreateTenant"
  | "LabelTenant"
  | "ManageRotationTarget"
  | "RequestDeployment"
  | "ExecuteDeployment"
  | "ManageEnvironment";

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
    | "DeploymentEnvironment";
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
}

const sha256 = (text: string) => createHash("sha256").update(text).digest();

const shared = globalThis as typeof globalThis & { consolePolicies?: LoadedPolicies };

/**
 * Reads, parses and strictly validates `policies/`. Throws with every problem found: Cedar reports
 * validation problems inside a success, and an empty set would deny in silence.
 */
export function loadPolicies(directory = join(process.cwd(), "policies")): LoadedPolicies {
  const schema = readFileSync(join(directory, "schema.cedarschema"), "utf8");
  const files = readdirSync(directory)
    .filter((file) => file.endsWith(".cedar"))
    .sort();
  if (files.length === 0) throw new Error(`No policies in ${directory}.`);
  const staticPolicies = Object.fromEntries(
    files.map((file) => [
      file.slice(0, -".cedar".length),
      readFileSync(join(directory, file), "utf8"),
    ]),
  );
  const validation = cedar.validate({
    schema,
    policies: { staticPolicies },
    validationSettings: { mode: "strict" },
  });
  const problems =
    validation.type === "failure"
      ? validation.errors.map((error) => error.message)
      : [...validation.validationErrors, ...validation.validationWarnings].map(
          (problem) => `${problem.policyId}: ${problem.error.message}`,
        );
  if (problems.length > 0)
    throw new Error(`The policies are not valid:\n  ${problems.join("\n  ")}`);

  return preparsed({ policySet: canonicalJson(staticPolicies), schema });
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
  const staticPolicies = JSON.parse(texts.policySet) as Record<string, string>;
  const parsed = [
    cedar.preparseSchema(schemaName, texts.schema),
    cedar.preparsePolicySet(setId, { staticPolicies }),
  ];
  for (const answer of parsed) {
    if (answer.type === "failure")
      throw new Error(answer.errors.map((error) => error.message).join("\n"));
  }
  const loaded = { texts, setId, schemaName, policySetDigest, schemaDigest };
  known.set(`${setId}/${schemaName}`, loaded);
  return loaded;
}

/** The texts now in force: kept with the decisions that are made from them. */
export function policyTexts(): PolicyTexts {
  shared.consolePolicies ??= loadPolicies();
  return shared.consolePolicies.texts;
}

/** Decides. Never throws: what cannot be evaluated is denied, with the error named (law 7). */
export function decide(request: PolicyRequest): PolicyDecision {
  shared.consolePolicies ??= loadPolicies();
  return decideBy(shared.consolePolicies, request);
}

/** Decides by these texts instead of those in force. Throws when they do not parse. */
export function decideUnder(texts: PolicyTexts, request: PolicyRequest): PolicyDecision {
  return decideBy(preparsed(texts), request);
}

function decideBy(policies: LoadedPolicies, request: PolicyRequest): PolicyDecision {
  const { entities, ...question } = request;
  const sorted = [...entities].sort((a, b) =>
    `${a.uid.type}::${a.uid.id}` < `${b.uid.type}::${b.uid.id}` ? -1 : 1,
  );
  const { outcome, reasons, errors } = evaluate(policies, request, sorted);
  const record = {
    action: request.action,
    outcome,
    reasons,
    errors,
    engineVersion: cedar.getCedarVersion(),
    request: canonicalJson(question as unknown as JsonValue),
    entities: canonicalJson(sorted as unknown as JsonValue),
  };
  const digest = sha256(
    canonicalJson({
      ...record,
      policySetDigest: policies.policySetDigest.toString("hex"),
      schemaDigest: policies.schemaDigest.toString("hex"),
    }),
  );
  return {
    ...record,
    policySetDigest: policies.policySetDigest,
    schemaDigest: policies.schemaDigest,
    digest,
  };
}

function evaluate(
  policies: LoadedPolicies,
  request: PolicyRequest,
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
      preparsedPolicySetId: policies.setId,
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
