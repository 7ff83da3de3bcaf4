import { type DeliveryOutcome, SinkError } from "./sink.ts";

/** What a receiver said of one request. */
export type PartAnswer =
  /** One outcome for each item of the part. */
  | { kind: "outcomes"; outcomes: readonly DeliveryOutcome[] }
  /** The request was too big: less at once, please. */
  | { kind: "too-large" }
  /** Something in it is wrong, and the receiver does not say what: the part is halved to find it. */
  | { kind: "unfit"; reason: string };

export interface PartLimits {
  readonly maxItems: number;
  /** Bytes of a request, and of one item in it. */
  readonly maxBytes: number;
  readonly maxItemBytes?: number;
  /** Bytes around each item. */
  readonly overhead?: number;
}

/**
 * Sends items in their order, as many at once as the limits let, and halves what the receiver finds
 * too big or unfit until the one at fault stands alone: that one is rejected. After the first item
 * that must wait nothing more is sent. A trouble of the whole, or an interruption, is thrown when nothing was taken yet,
 * else it is `later` for what is left, so that what was taken is not sent again. A receiver that finds
 * every one of several unfit has another trouble than the events.
 */
export async function sendInParts(
  items: readonly string[],
  limits: PartLimits,
  send: (part: readonly number[]) => Promise<PartAnswer>,
): Promise<DeliveryOutcome[]> {
  const outcomes: (DeliveryOutcome | undefined)[] = items.map((item) => tooBig(item, limits));
  const parts = partsOf(items, limits, outcomes);
  let unfit = 0;
  try {
    for (let part = parts.shift(); part; part = parts.shift()) {
      const answer = await send(part);
      if (answer.kind === "outcomes") {
        if (answer.outcomes.length !== part.length) {
          throw new RangeError(`${answer.outcomes.length} outcomes for ${part.length} events`);
        }
        part.forEach((at, index) => {
          outcomes[at] = answer.outcomes[index];
        });
        const waiting = answer.outcomes.find(({ kind }) => kind === "later");
        if (waiting) return filled(outcomes, waiting);
      } else if (part.length > 1) {
        const half = Math.ceil(part.length / 2);
        parts.unshift(part.slice(0, half), part.slice(half));
      } else {
        const reason =
          answer.kind === "unfit" ? answer.reason : "is bigger than the receiver takes";
        outcomes[part[0] ?? 0] = { kind: "rejected", reason };
        unfit += 1;
      }
    }
  } catch (error) {
    if (!outcomes.some((outcome) => outcome?.kind === "delivered")) throw error;
    return filled(outcomes, laterBy(error));
  }
  if (unfit > 1 && unfit === items.length) throw allUnfit(outcomes);
  return filled(outcomes, { kind: "later", reason: "not sent" });
}

function laterBy(error: unknown): DeliveryOutcome {
  if (!(error instanceof SinkError)) return { kind: "later", reason: "was interrupted" };
  const { message: reason, retryAfterMs } = error;
  return { kind: "later", reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function tooBig(item: string, { maxItemBytes }: PartLimits): DeliveryOutcome | undefined {
  const bytes = Buffer.byteLength(item);
  if (maxItemBytes === undefined || bytes <= maxItemBytes) return undefined;
  const reason = `has ${bytes} bytes, and the receiver takes ${maxItemBytes}`;
  return { kind: "rejected", reason };
}

function partsOf(
  items: readonly string[],
  { maxItems, maxBytes, overhead = 1 }: PartLimits,
  done: readonly (DeliveryOutcome | undefined)[],
): number[][] {
  const parts: number[][] = [];
  let part: number[] = [];
  let bytes = 0;
  items.forEach((item, at) => {
    if (done[at]) return;
    const size = Buffer.byteLength(item) + overhead;
    if (part.length > 0 && (part.length >= maxItems || bytes + size > maxBytes)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(at);
    bytes += size;
  });
  if (part.length > 0) parts.push(part);
  return parts;
}

function filled(
  outcomes: readonly (DeliveryOutcome | undefined)[],
  rest: DeliveryOutcome,
): DeliveryOutcome[] {
  return outcomes.map((outcome) => outcome ?? rest);
}

function allUnfit(outcomes: readonly (DeliveryOutcome | undefined)[]): SinkError {
  const first = outcomes[0];
  return new SinkError({
    field: "url",
    message: `the receiver takes none of the events: ${first?.kind === "rejected" ? first.reason : ""}`,
    remedy:
      "Look whether the address, the format and what is named there are those of a receiver of this kind.",
  });
}
