import "server-only";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { mapKeycloakEvents } from "#server/engines/ingest/keycloak-events.ts";
import { numberAt, objectAt } from "#server/engines/ingest/mapped.ts";
import { keycloakEvents } from "#server/integrations/keycloak-admin/read-events.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { EventReader } from "./reading.ts";
import type { SourceOf } from "./sources-config.ts";

/** What is written a little late is found by looking so far back again. */
const OVERLAP_MILLIS = 120_000;
/** How far back the first look goes. */
const FIRST_LOOK_MILLIS = 86_400_000;
const LOOK_EVERY_MILLIS = 5_000;
const MOST_EVENTS = 500;

const Cursor = z.record(z.string(), z.number());

/**
 * Asks Keycloak for the events of its realms. The cursor is the time of the last event of each realm; what
 * the overlap brings again is known by what it is.
 */
export function keycloakReader(source: SourceOf<"keycloak">): EventReader {
  const base = source.url.replace(/\/$/, "");
  const token = serviceAccountToken({
    tokenEndpoint: `${base}/realms/${encodeURIComponent(source.clientRealm)}/protocol/openid-connect/token`,
    clientId: source.clientId,
    clientSecret: async () => SecretValue.of(readFileSync(source.secretFile, "utf8").trim()),
  });
  let seen = new Map<string, number>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    close: async () => undefined,
    async read(cursor) {
      if (performance.now() - lookedAt < LOOK_EVERY_MILLIS) return { events: [], isFull: false };
      const last = cursor ? Cursor.parse(JSON.parse(cursor)) : {};
      const fresh: {
        key: string;
        time: number;
        realm: string;
        event: Parameters<typeof mapKeycloakEvents>[0];
      }[] = [];
      for (const realm of source.realms) {
        const since = (last[realm] ?? Date.now() - FIRST_LOOK_MILLIS) - OVERLAP_MILLIS;
        for (const event of await keycloakEvents({ url: base, realm, token }, since)) {
          const key = createHash("sha256").update(canonicalJson(event)).digest("hex");
          const time = numberAt(event, "time") ?? 0;
          if (!seen.has(key)) fresh.push({ key, time, realm, event });
        }
      }
      const some = fresh.slice(0, MOST_EVENTS);
      const next = { ...last };
      for (const { realm, time } of some) next[realm] = Math.max(next[realm] ?? 0, time);
      const isFull = some.length === MOST_EVENTS;
      if (!isFull) lookedAt = performance.now();
      return {
        // Keycloak tells its own id of the realm, a UUID; whose it is goes by the name that was asked for.
        events: some.flatMap(({ event, realm }) =>
          mapKeycloakEvents({ ...objectAt(event), realmName: realm }, new URL(base).host),
        ),
        isFull,
        ...(some.length > 0 ? { cursor: JSON.stringify(next) } : {}),
        async kept() {
          const oldest = Math.min(...Object.values(next)) - 2 * OVERLAP_MILLIS;
          seen = new Map([
            ...[...seen].filter(([, time]) => time >= oldest),
            ...some.map(({ key, time }) => [key, time] as const),
          ]);
        },
      };
    },
  };
}
