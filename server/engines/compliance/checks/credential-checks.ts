import type { Judgement } from "../check.ts";
import type { ComplianceFacts } from "../facts.ts";
import { doubtOf, noneBad } from "./judgement.ts";

/** Discovery comes by every few minutes; an hour without it says nothing any more. */
const MOST_DISCOVERY_MINUTES = 60;

export const credentialChecks = {
  "rotation-on-time": ({ credentials }: ComplianceFacts): Judgement => noneBad(credentials.late),
  "credentials-managed": ({ credentials, now }: ComplianceFacts): Judgement => {
    const judged = noneBad(credentials.unmanaged);
    if (judged.state === "failing") return judged;
    // What no source could be asked for may be there, unmanaged.
    return doubtOf(credentials.discovery, now, MOST_DISCOVERY_MINUTES) ?? judged;
  },
  "old-values-dead": ({ credentials }: ComplianceFacts): Judgement =>
    noneBad(credentials.oldValues),
  "leaks-contained": ({ credentials }: ComplianceFacts): Judgement => {
    const judged = noneBad(credentials.leaks);
    // No leak at all is what is wanted, not a gap.
    return judged.reason === "none"
      ? { ...judged, state: "met", reason: "all", params: { total: 0 } }
      : judged;
  },
} as const;
