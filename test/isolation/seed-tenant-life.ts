import { createHash, generateKeyPairSync } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { FormSlot } from "./slots.ts";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/** A tenant that the walk asks to offboard: nobody's own. */
export const WALK_LEAVER = new FormSlot("leaver-%tenant%");

export const WALK_RECIPIENT: string = generateKeyPairSync("ec", { namedCurve: "P-256" })
  .publicKey.export({ type: "spki", format: "pem" })
  .toString();

/** A plan that the server takes, of a tenant that is hardly there yet. */
export function walkPlan(number: number): unknown {
  const slug = `walk-${number}`;
  return {
    slug,
    displayName: new FormSlot("%canary%"),
    labels: {},
    environments: [
      {
        environment: "dev",
        declaration: {
          compute: { model: "pool", namespaces: [`${slug}-dev`], nodePool: null },
          network: { model: "pool", network: null },
          data: { model: "shared", database: "console" },
          secrets: { model: "pool", vaultPath: `${slug}/dev` },
          quota: { model: "pool", hard: { pods: "10" } },
          regions: [],
        },
      },
    ],
    realm: { kind: "make" },
    admin: null,
  };
}

/** Acts about tenants in each state, an export, and quotas with neighbours. */
export async function seedTenantLife(
  { insert, ensure }: Record<"insert" | "ensure", Insert>,
  { canary, eventId }: { canary: string; eventId: string },
): Promise<void> {
  const now = new Date();
  const later = new Date(now.getTime() + 86_400_000);
  const plan = JSON.stringify({ waitDays: 1, keepExportDays: 1, recipientKey: canary });
  const acts = [
    ...Array.from({ length: 6 }, () => ["offboard", "waiting"] as const),
    ...Array.from({ length: 6 }, () => ["onboard", "stopped"] as const),
    ["offboard", "done"] as const,
  ];
  for (const [act, state] of acts) {
    const lifecycleId = uuidv7();
    await insert("tenant_lifecycle", {
      lifecycle_id: lifecycleId,
      act,
      slug: `${canary}-${lifecycleId.replaceAll("-", "")}`,
      display_name: canary,
      plan,
      plan_digest: createHash("sha256").update(plan).digest(),
      reason: canary,
      state,
      requester_issuer: canary,
      requester_subject: canary,
      requester_name: canary,
      request_event_id: eventId,
      requested_at: now,
      effective_at: later,
      due_at: later,
      finished_at: state === "done" ? now : null,
      end_note: canary,
      ...(state === "done"
        ? { export_manifest: canary, export_bytes: 1, export_until: later }
        : {}),
    });
    await insert("tenant_lifecycle_step", {
      lifecycle_id: lifecycleId,
      step_no: 1,
      kind: "vault",
      state: "failed",
      detail: JSON.stringify({ name: canary }),
      trouble: canary,
    });
    if (state !== "done") continue;
    const bytes = Buffer.from(canary);
    await insert("tenant_export_chunk", { lifecycle_id: lifecycleId, chunk_no: 0, bytes });
  }
  const place = { environment: "prod", cluster: canary, resource: "requests.cpu" };
  await ensure("quota_usage", { ...place, hard: 1_000, used: 500, observed_at: now });
  await ensure("quota_sample", { ...place, used: 500, sampled_at: now });
  await ensure("quota_crowding", {
    ...place,
    crowding_id: createHash("sha256").update(canary).digest().subarray(0, 16),
    side: "crowds",
    pool: canary,
    cause: "share",
    share: 600,
    pods: 1,
    first_seen_at: now,
    observed_at: now,
  });
}
