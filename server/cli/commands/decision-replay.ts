import { parseArgs } from "node:util";
import { type Command, EXIT, UsageError } from "../command.ts";

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Makes a recorded policy decision again, by the rules stored with it, and compares byte for byte. */
export const decisionReplayCommand: Command = {
  usage: "decision replay ID --tenant TENANT",
  summary: "makes a recorded policy decision again; exit 1 when the bytes differ",
  async run(args, { out }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { tenant: { type: "string" } },
      allowPositionals: true,
    });
    const [decisionId = "", ...more] = positionals;
    if (!UUID.test(decisionId) || more.length > 0 || !values.tenant) {
      throw new UsageError("Name the id of one decision, and the --tenant that it was made in.");
    }
    // Loaded only here: the other commands need no environment and no database.
    const { systemCaller } = await import("#server/platform/system-caller.ts");
    const { recordedDecision, replayDecision, storedTexts } = await import(
      "#server/features/policy/index.ts"
    );
    const { closePools, withTenant } = await import("#server/platform/db/tenant-transaction.ts");
    const { tenant } = systemCaller(values.tenant, "console-cli");
    try {
      const found = await withTenant(
        tenant,
        "tenant",
        async (tx) => {
          const recorded = await recordedDecision(tx, tenant, decisionId);
          return recorded && { recorded, texts: await storedTexts(tx, tenant, recorded) };
        },
        { readOnly: true },
      );
      if (!found) throw new Error("No such policy decision.");
      const replay = replayDecision(found.recorded, found.texts);
      const { outcome, reasons } = found.recorded;
      out(`decision ${decisionId}: ${outcome} (${reasons.join(", ") || "no policy permits it"})`);
      out(`recorded ${replay.recordedDigest}`);
      out(`replayed ${replay.replayedDigest}`);
      const differs = replay.changed.length > 0 ? `: ${replay.changed.join(", ")}` : "";
      if (replay.shows === "exchange") {
        out(`decided by ${found.recorded.engineVersion}`);
        out(
          "shown: the recorded question and the recorded answer give this outcome; not what the engine would answer today",
        );
      }
      out(`${replay.verdict}${differs}`);
      if (replay.verdict === "unknown") return EXIT.cannotTell;
      return replay.verdict === "same" ? EXIT.fine : EXIT.findings;
    } finally {
      await closePools();
    }
  },
};
