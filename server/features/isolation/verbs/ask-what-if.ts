import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { policyName } from "#server/engines/isolation/policy-change.ts";
import { readPolicies } from "#server/engines/isolation/read-policies.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { sealPayload } from "#server/platform/audit/payload-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { AskWhatIfInput, WhatIfAsked, type WhatIfQuestion } from "../what-if-schema.ts";

/** Questions of a tenant that wait for an answer at one time. */
const MOST_WAITING = 20;
/** How long a question and its answer are kept. */
const KEPT_HOURS = 24;

/**
 * Asks what a change of the tenant's own NetworkPolicies would do, or what would close a connection. The
 * worker answers from its last reading of the clusters; nothing is applied. Whoever may see the
 * isolation may ask: the answer names nobody whom the page would not name.
 */
export const askWhatIf = verb({
  name: "isolation.askWhatIf",
  scope: "runtime.isolation.read",
  input: AskWhatIfInput,
  output: WhatIfAsked,
  async run({ tx, tenant, actor, input: { environment, question } }) {
    const [waiting] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM isolation_what_if
       WHERE tenant_id = $1 AND state = 'requested' AND erase_at > clock_timestamp()`,
      [tenant],
    );
    if ((waiting?.count ?? 0) >= MOST_WAITING) {
      throw new AppError("conflict", `${MOST_WAITING} questions wait for their answer already.`, {
        said: { key: "whatIfWaiting", args: { most: MOST_WAITING } },
        remedy: "Wait until they are answered, then ask again.",
      });
    }
    const about = await checked(tx, tenant, question);
    const whatIfId = uuidv7();
    const eventId = uuidv7();
    const sealed = sealPayload(tenant, whatIfId, question as unknown as JsonValue);
    await tx.query(
      `INSERT INTO isolation_what_if (tenant_id, what_if_id, environment, state, question_key, question,
         asked_by_name, event_id, asked_at, erase_at)
       VALUES ($1, $2, $3, 'requested', $4, $5, $6, $7, clock_timestamp(),
         clock_timestamp() + make_interval(hours => $8))`,
      [
        tenant,
        whatIfId,
        environment,
        sealed.keyId,
        sealed.ciphertext,
        displayNameOf(actor),
        eventId,
        KEPT_HOURS,
      ],
    );
    const digest = createHash("sha256")
      .update(canonicalJson(question as unknown as JsonValue))
      .digest("hex");
    return audited(
      { whatIfId },
      {
        eventId,
        type: "runtime.isolation.what-if-asked",
        subject: `environment/${environment}`,
        payload: { whatIfId, kind: question.kind, digest, about },
      },
    );
  },
});

/** What the question is about; throws `invalid` where its text is none, with file and line. */
async function checked(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  question: WhatIfQuestion,
): Promise<string[]> {
  if (question.kind === "close") {
    const { edgeId, direction } = question;
    const [edge] = await tx.query(
      "SELECT 1 FROM isolation_edge WHERE tenant_id = $1 AND edge_id = decode($2, 'hex') AND direction = $3",
      [tenant, edgeId, direction],
    );
    if (!edge) throw notFound("connection");
    return [`connection/${edgeId}`];
  }
  const { policies, problems } = readPolicies("policy.yaml", question.policies ?? "");
  const [fault] = problems;
  if (fault) {
    const where = fault.line === undefined ? "" : `line ${fault.line}: `;
    throw new AppError("invalid", `This is not a NetworkPolicy: ${where}${fault.message}`, {
      field: "question.policies",
      said: { key: "notAPolicy", args: { why: `${where}${fault.message}` } },
      remedy: "Correct the text, and ask again. Nothing was asked yet.",
    });
  }
  if (policies.length + question.remove.length === 0) {
    throw new AppError("invalid", "The change changes nothing: it names no policy.", {
      field: "question.policies",
      said: { key: "noPolicyNamed" },
      remedy: "Paste a NetworkPolicy, or name one that would go.",
    });
  }
  return [...policies.map(policyName), ...question.remove];
}
