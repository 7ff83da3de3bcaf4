import { MOST_AT_ONCE } from "#server/features/discovery/schema.ts";
import { noteFound } from "#server/features/discovery/verbs/note-found.ts";
import { recordDiscovery } from "#server/features/discovery/verbs/record-discovery.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import type { Reading } from "./reading.ts";

export interface Turn {
  fence: string;
  leaseSeconds: number;
  nextInSeconds: number;
}

/**
 * Records a reading of any size in chunks, each in a transaction of its own: first what was found, then
 * what is gone. A worker that dies in between leaves what it noted, and nothing missing that is there.
 */
export async function recordReading(caller: Caller, turn: Turn, reading: Reading) {
  const { fence, leaseSeconds } = turn;
  // A name comes before its staged sibling, which is none of its own.
  const found = [...reading.found].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (let from = 0; from < found.length; from += MOST_AT_ONCE) {
    const chunk = found.slice(from, from + MOST_AT_ONCE);
    await runVerb(noteFound, caller, { fence, leaseSeconds, found: chunk });
  }
  const places = found.map(({ store, path }) => ({ store, path }));
  for (;;) {
    const recorded = await runVerb(recordDiscovery, caller, { ...turn, ...reading, found: places });
    if (!recorded.isMore) return recorded;
  }
}
