import { uuidv7 } from "uuidv7";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

/**
 * Credentials that people change by hand, some of them reported by somebody who is not the walker, and
 * certificates that cert-manager renews: what the procedures about them need to be tried.
 */
export async function seedOwnWays(
  insert: Insert,
  {
    tenantId,
    canary,
    eventId,
    now,
  }: { tenantId: string; canary: string; eventId: string; now: Date },
): Promise<void> {
  const somebody = JSON.stringify({
    kind: "user",
    issuer: `https://idp.test/realms/${tenantId}`,
    subject: `${canary}-somebody`,
    name: canary,
  });
  const binding = async (kind: "manual" | "cert-manager") => {
    const bindingId = uuidv7();
    const rotator =
      kind === "manual"
        ? { kind, instructions: `${canary}: call the holders`, intervalDays: 90, isConfirmed: true }
        : { kind, namespace: canary, certificate: canary };
    await insert("secret_binding", {
      binding_id: bindingId,
      name: `${canary} ${kind}`,
      class: kind === "manual" ? "manual" : "tls-certificate",
      environment: "prod",
      store: kind === "manual" ? "none" : "kubernetes",
      path: `${canary}/${bindingId}`,
      owner: canary,
      rotator: JSON.stringify(rotator),
      last_rotated_at: new Date("2019-01-01T00:00:00Z"),
      created_at: now,
      updated_at: now,
    });
    return bindingId;
  };
  for (let number = 0; number < 8; number++) {
    await binding("manual");
    const certificate = await binding("cert-manager");
    await insert("credential_watch", {
      binding_id: certificate,
      observed_at: now,
      facts: JSON.stringify({ secretName: canary }),
      error_code: "unreachable",
      error_text: canary,
    });
    await insert("manual_completion", {
      completion_id: uuidv7(),
      binding_id: await binding("manual"),
      state: "awaiting_confirmation",
      performed_at: now,
      completed_by: somebody,
      completed_at: now,
      evidence: JSON.stringify({ note: `${canary} was there`, link: null, digest: null }),
      confirmers: ["security-officer"],
      event_id: eventId,
    });
    await insert("certificate_renewal", {
      renewal_id: uuidv7(),
      binding_id: await binding("cert-manager"),
      state: "refused",
      requested_by: somebody,
      requested_at: now,
      due_at: now,
      error_code: "no_cluster_api",
      error_text: canary,
      finished_at: now,
      event_id: eventId,
    });
  }
}
