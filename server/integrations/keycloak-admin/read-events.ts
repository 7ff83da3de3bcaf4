import { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { keycloakCall, successBody } from "./keycloak-call.ts";

const PAGE = 100;
const MOST_PAGES = 20;

/** As much as is read here; the rest is kept as it is. */
const Events = z.array(z.looseObject({ time: z.number() }));

export interface KeycloakEventLog {
  url: string;
  realm: string;
  token: () => Promise<SecretValue>;
}

/**
 * A realm's events and admin events that are no older than `since` (milliseconds since 1970), the oldest
 * first, at most 2,000 of each. Both calls give the newest first. Throws KeycloakAdminError.
 */
export async function keycloakEvents(log: KeycloakEventLog, since: number): Promise<JsonValue[]> {
  const [users, admins] = [
    await listed(log, "events", since),
    await listed(log, "admin-events", since),
  ];
  return [...users, ...admins].sort(
    (one, other) => one.time - other.time,
  ) as unknown as JsonValue[];
}

async function listed(
  { url, realm, token }: KeycloakEventLog,
  which: "events" | "admin-events",
  since: number,
) {
  const found: z.infer<typeof Events> = [];
  const day = new Date(since).toISOString().slice(0, 10);
  for (let page = 0; page < MOST_PAGES; page++) {
    // Days are what every version of the call understands; what is older of the day is left out below.
    const query = new URLSearchParams({
      dateFrom: day,
      first: String(page * PAGE),
      max: String(PAGE),
    });
    const operation = `list ${which}`;
    const answer = await keycloakCall(
      operation,
      `${url.replace(/\/$/, "")}/admin/realms/${encodeURIComponent(realm)}/${which}?${query}`,
      {
        method: "GET",
        headers: {
          authorization: `Bearer ${(await token()).reveal()}`,
          accept: "application/json",
        },
      },
    );
    const events = successBody(operation, answer, Events);
    found.push(...events.filter(({ time }) => time >= since));
    if (events.length < PAGE || events.some(({ time }) => time < since)) break;
  }
  return found;
}
