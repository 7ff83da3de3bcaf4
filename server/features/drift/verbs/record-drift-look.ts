import "server-only";
import { uuidv7 } from "uuidv7";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { endLook } from "../end-look.ts";
import { DriftRecorded, type DriftTold, RecordDriftInput } from "../look-schema.ts";
import { knownSource } from "../queries.ts";
import { recordChanges } from "../record-change.ts";
import { saveIgnored } from "../save-ignored.ts";
import { type Moved, saveGone, saveSeen } from "../save-seen.ts";
import type { KnownSource } from "../schema.ts";
import { sweepResolved } from "../sweep-resolved.ts";
import { toldOf } from "../told.ts";

/**
 * Records one slice of what a look showed: what is new, changed, back or gone, each in its history, with
 * one event for all of a cause. The last slice ends the turn, and sweeps what was resolved long ago. Throws `stale` when another worker has it.
 */
export const recordDriftLook = verb({
  name: "drift.recordLook",
  scope: "runtime.drift.observe",
  input: RecordDriftInput,
  output: DriftRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [look] = await tx.query<{ sources: KnownSource[] }>(
      `SELECT sources FROM drift_look WHERE tenant_id = $1 AND fence = $2 AND lease_until IS NOT NULL FOR UPDATE`,
      [tenant, input.fence],
    );
    if (!look) throw new AppError("stale", "Another worker looks at this tenant.");
    const eventIds = new Map<string, string>();
    const eventIdOf = (act: string, groupId: string) => {
      const key = `${act} ${groupId}`;
      const known = eventIds.get(key) ?? uuidv7();
      eventIds.set(key, known);
      return known;
    };
    const moved = [
      ...(await saveSeen(tx, tenant, input.seen, eventIdOf)),
      ...(await saveGone(tx, tenant, input.goneIds)),
    ];
    await recordChanges(
      tx,
      tenant,
      moved.map((each) => ({
        findingId: each.finding_id,
        kind: each.act,
        before: each.before,
        state: each.state,
        severity: each.severity,
        differences: each.differences,
        eventId: eventIdOf(each.act, each.group_id),
      })),
    );
    await saveIgnored(tx, tenant, input.ignored, input.unignored);
    if (input.end) await endLook(tx, tenant, input.fence, look.sources.map(knownSource), input.end);
    const groups = groupsOf(moved);
    const told = groups.map((group) => toldInBrief(group, eventIdOf));
    const swept = input.end ? await sweepResolved(tx, tenant) : null;
    const events = groups.map((group) => event(group, eventIdOf));
    const [first, ...more] = swept ? [...events, swept] : events;
    return first ? audited({ told }, first, ...more) : unchanged({ told });
  },
});

/** Findings of one cause that had the same happen to them. */
function groupsOf(moved: readonly Moved[]): Moved[][] {
  const groups = new Map<string, Moved[]>();
  for (const each of moved) {
    const key = `${each.act} ${each.group_id}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}

type EventIdOf = (act: string, groupId: string) => string;

function event(group: readonly Moved[], eventIdOf: EventIdOf): AuditEventDraft {
  const [first] = group as [Moved];
  const payload = {
    severity: worst(group).severity,
    kind: first.kind,
    names: [...new Set(group.map(({ name }) => name))].sort().slice(0, 20),
  };
  return toldOf(first.act, group, payload, eventIdOf(first.act, first.group_id));
}

function toldInBrief(group: readonly Moved[], eventIdOf: EventIdOf): DriftTold[number] {
  const [first] = group as [Moved];
  const one = worst(group);
  return {
    act: first.act,
    groupId: first.group_id,
    rule: first.rule as DriftTold[number]["rule"],
    severity: one.severity as DriftTold[number]["severity"],
    count: group.length,
    kind: one.kind,
    name: one.name,
    eventId: eventIdOf(first.act, first.group_id),
    isNewlyCritical: group.some(
      ({ act, severity, severityBefore }) =>
        act !== "resolved" && severity === "critical" && severityBefore !== "critical",
    ),
  };
}

const WEIGHT = ["critical", "high", "medium", "low"];

function worst(group: readonly Moved[]): Moved {
  const sorted = [...group].sort((a, b) => WEIGHT.indexOf(a.severity) - WEIGHT.indexOf(b.severity));
  return sorted[0] as Moved;
}
