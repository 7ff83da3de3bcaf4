import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { addUnmanaged, noteSeen } from "../discovered-rows.ts";
import { heldRun, noteProgress } from "../held-run.ts";
import { FoundNoted, NoteFoundInput } from "../schema.ts";
import { told } from "../told.ts";

/**
 * Notes a chunk of what stores list: secrets that nobody bound become rows, missing ones are back. It
 * makes nothing missing: that takes a whole reading, and is recorded last. Throws `stale` when another
 * worker has taken over.
 */
export const noteFound = verb({
  name: "discovery.noteFound",
  scope: "runtime.secrets.discover",
  input: NoteFoundInput,
  output: FoundNoted,
  async run({ tx, tenant, actor, input }) {
    await heldRun(tx, tenant, actor, input.fence);
    const back = await noteSeen(tx, tenant, input.found);
    const unmanaged = await addUnmanaged(tx, tenant, input.found, "seen");
    const counts = { unmanaged: unmanaged.length, back: back.length };
    await noteProgress(tx, tenant, input, counts);
    const [first, ...rest] = [
      ...unmanaged.map(told("runtime.secrets.found-unmanaged")),
      ...back.map(told("runtime.secrets.found-again")),
    ];
    return first ? audited(counts, first, ...rest) : unchanged(counts);
  },
});
