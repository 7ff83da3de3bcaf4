import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { MAPPERS } from "#server/engines/ingest/mapper-of.ts";
import { receiveEvents } from "#server/features/ingest/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";

/** What Falco tells of a cluster, and what of it can't be taken. Once: later starts change nothing. */
export async function seedReceived(tenant: string): Promise<void> {
  const caller = systemCaller(tenant, "demo-seed");
  const [known] = await withTenant(caller.tenant, "tenant", (tx) =>
    tx.query("SELECT 1 FROM event_source WHERE tenant_id = $1 LIMIT 1", [caller.tenant]),
  );
  if (known) return;
  const time = new Date().toISOString();
  const alert = (rule: string, priority: string, pod: string, output: string): JsonValue => ({
    rule,
    priority,
    time,
    source: "syscall",
    hostname: "node-1",
    tags: ["container", "mitre_execution"],
    output,
    output_fields: { "k8s.ns.name": `${tenant}-prod`, "k8s.pod.name": pod, "user.name": "root" },
  });
  const alerts: JsonValue[] = [
    alert(
      "Terminal shell in container",
      "Notice",
      "orders-7d9f",
      "A shell was spawned in a container with an attached terminal",
    ),
    alert(
      "Read sensitive file untrusted",
      "Warning",
      "reports-5c41",
      "Sensitive file opened for reading by non-trusted program: /etc/shadow",
    ),
    // A collector that renamed a field: for the page of what was refused.
    { priority: "Critical", time, name: "Drop and execute new binary in container" },
  ];
  await runVerb(receiveEvents, caller, {
    source: { how: "webhook", kind: "falco", name: "falco" },
    events: MAPPERS.falco(alerts, "demo"),
  });
}
