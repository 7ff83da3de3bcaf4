import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { mapFalco } from "./falco.ts";
import { mapKeycloakEvents } from "./keycloak-events.ts";
import { mapKubernetesAudit } from "./kubernetes-audit.ts";
import { isObject, type MappedEvent, type Mapper, textAt } from "./mapped.ts";
import { mapOpenbaoAudit } from "./openbao-audit.ts";
import { mapReports } from "./reports.ts";

/** How what a kind of source writes becomes events. */
export const MAPPERS = {
  cloudevents: mapCloudEvents,
  nats: mapCloudEvents,
  "kubernetes-audit": mapKubernetesAudit,
  "openbao-audit": mapOpenbaoAudit,
  keycloak: mapKeycloakEvents,
  falco: mapFalco,
  reports: mapReports,
} as const satisfies Record<string, Mapper>;

/** One event in the JSON form, or several. The tenant that it names is where it belongs. */
function mapCloudEvents(written: JsonValue): MappedEvent[] {
  const events = Array.isArray(written) ? (written as readonly JsonValue[]) : [written];
  return events.map((original) => {
    const tenant = isObject(original) ? textAt(original, "tenant") : undefined;
    return { original, home: tenant ? { kind: "tenant", names: [tenant] } : { kind: "source" } };
  });
}
