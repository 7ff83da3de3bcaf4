import "server-only";
import type { MappedEvent } from "#server/engines/ingest/mapped.ts";
import { identityConfig, realmNamed } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { env } from "#server/platform/env/env.ts";
import { runVerb } from "#server/platform/verb.ts";
import type { EventResult, SourceRef } from "./schema.ts";
import { receiveEvents } from "./verbs/receive-events.ts";

/** Events of one call of the verb at most. */
const AT_ONCE = 500;

/** A source that may bring events of several tenants: the Sovereign's alone. */
export interface WritingSource {
  readonly owner: string;
  readonly source: SourceRef;
  /** Whose namespaces tell whose an event is. */
  readonly cluster: string | null;
}

/** How the calls are made: who the source is in a tenant, and who looks tenants up. */
export interface Entrance {
  caller(tenant: string): Caller;
  /** The owners of namespaces of a cluster, where they are registered and open. */
  ownersOf(cluster: string, namespaces: string[]): Promise<Map<string, string>>;
  /** Those of the names that are open tenants. */
  tenantsAmong(names: string[]): Promise<Set<string>>;
}

/**
 * Takes what a source wrote, each event into the log of the tenant whose it is: by namespace, realm or
 * path; what is nobody's else stays with the source's owner. Gives what became of each, in order. They are
 * committed tenant by tenant: whoever sends all of it again loses and doubles nothing.
 */
export async function takeWritten(
  { owner, source, cluster }: WritingSource,
  events: readonly MappedEvent[],
  entrance: Entrance,
): Promise<EventResult[]> {
  const homes =
    owner === env().SOVEREIGN ? await homesOf(events, { owner, cluster }, entrance) : null;
  const parts = Map.groupBy(events.keys(), (place) => homes?.[place] ?? owner);
  const results: EventResult[] = [];
  for (const [tenant, places] of parts) {
    const ref = tenant === owner ? source : { ...source, how: "routed" as const };
    for (let at = 0; at < places.length; at += AT_ONCE) {
      const some = places.slice(at, at + AT_ONCE);
      const { results: taken } = await runVerb(receiveEvents, entrance.caller(tenant), {
        source: ref,
        events: some.map((place) => events[place] as MappedEvent),
      });
      for (const [index, place] of some.entries()) results[place] = taken[index] as EventResult;
    }
  }
  return results;
}

/** The tenant of each event; the owner where nothing else tells. */
async function homesOf(
  events: readonly MappedEvent[],
  { owner, cluster }: { owner: string; cluster: string | null },
  entrance: Entrance,
): Promise<string[]> {
  const namespaces = new Set<string>();
  const names = new Set<string>();
  const realmTenant = (realm: string) => {
    const binding = realmNamed(identityConfig(), realm)?.binding;
    return binding?.kind === "tenant" ? binding.tenant : null;
  };
  for (const { home } of events) {
    if (home.kind === "namespace") namespaces.add(home.name);
    if (home.kind === "tenant") for (const name of home.names) names.add(name);
    if (home.kind === "realm") names.add(realmTenant(home.name) ?? owner);
  }
  names.delete(owner);
  const owners =
    cluster && namespaces.size > 0 ? await entrance.ownersOf(cluster, [...namespaces]) : new Map();
  const open = names.size > 0 ? await entrance.tenantsAmong([...names]) : new Set<string>();
  return events.map(({ home }) => {
    if (home.kind === "namespace") return owners.get(home.name) ?? owner;
    if (home.kind === "tenant") return home.names.find((name) => open.has(name)) ?? owner;
    if (home.kind !== "realm") return owner;
    const tenant = realmTenant(home.name);
    return tenant && open.has(tenant) ? tenant : owner;
  });
}
