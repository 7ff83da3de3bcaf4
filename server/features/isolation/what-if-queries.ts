import "server-only";
import type { z } from "zod";
import { openPayload } from "#server/platform/audit/payload-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { peerRef } from "./peer-ref.ts";
import type { WhatIfView } from "./views.ts";
import { WhatIfAnswer, WhatIfQuestion } from "./what-if-schema.ts";

interface Row {
  environment: z.input<typeof WhatIfView>["environment"];
  state: z.input<typeof WhatIfView>["state"];
  question_key: string;
  question: Buffer;
  answer_key: string | null;
  answer: Buffer | null;
  askedByName: string;
  askedAt: Date;
  answeredAt: Date | null;
  eraseAt: Date;
}

/** A question with its answer, once there is one. Names of other tenants only where `known` has them. */
export async function whatIfOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  whatIfId: string,
  known: readonly string[],
): Promise<z.input<typeof WhatIfView>> {
  const [row] = await tx.query<Row>(
    `SELECT environment, state, question_key, question, answer_key, answer, asked_by_name AS "askedByName",
       asked_at AS "askedAt", answered_at AS "answeredAt", erase_at AS "eraseAt"
     FROM isolation_what_if WHERE tenant_id = $1 AND what_if_id = $2 AND erase_at > clock_timestamp()`,
    [tenant, whatIfId],
  );
  if (!row) throw notFound("question");
  const { question_key: keyId, question: ciphertext, answer_key, answer, ...rest } = row;
  const open = (key: string, bytes: Buffer) =>
    openPayload(tenant, whatIfId, { keyId: key, ciphertext: bytes });
  return {
    ...rest,
    whatIfId,
    question: WhatIfQuestion.parse(open(keyId, ciphertext)),
    answer:
      answer && answer_key ? withPeers(WhatIfAnswer.parse(open(answer_key, answer)), known) : null,
  };
}

function withPeers(answer: WhatIfAnswer, known: readonly string[]) {
  const asked = new Set([
    ...answer.edges.map(({ far }) => far.peer),
    ...[...answer.before.violations, ...answer.after.violations].map(({ peer }) => peer),
  ]);
  const named = known.map((tenant) => [peerRef(tenant), tenant] as const);
  return { ...answer, peers: Object.fromEntries(named.filter(([ref]) => asked.has(ref))) };
}
