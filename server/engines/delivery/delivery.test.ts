import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formFields } from "./form-fields.ts";
import { pauseMillis } from "./pause-millis.ts";
import { type Outcome, settleBatch } from "./settle-batch.ts";
import { SINK_KINDS, SinkConfig } from "./sink-kinds.ts";
import { sinkTarget } from "./sink-target.ts";

const offered = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `e${at}`, seq: BigInt(10 + 3 * at) }));
const outcome = fc.oneof(
  fc.constant<Outcome>({ kind: "delivered" }),
  fc.constant<Outcome>({ kind: "rejected", reason: "too large" }),
  fc.nat(9_000).map<Outcome>((retryAfterMs) => ({ kind: "later", reason: "busy", retryAfterMs })),
);

describe("a batch", () => {
  test("a cursor never passes an event that waits, and stops for nothing else", () => {
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 20 }), (outcomes) => {
        const events = offered(outcomes.length);
        const end = BigInt(10 + 3 * outcomes.length);
        const settled = settleBatch(events, outcomes, end);
        const waits = events.filter((_, at) => outcomes[at]?.kind === "later");
        expect(settled.nextLeaf).toBe(waits[0]?.seq ?? end);
        expect(settled.later).toEqual(waits);
        expect(settled.delivered + settled.rejected.length + waits.length).toBe(events.length);
        expect(settled.reason === null).toBe(waits.length === 0);
      }),
    );
  });

  test("a driver that answers for fewer events than it got is not believed", () => {
    expect(() => settleBatch(offered(2), [{ kind: "delivered" }], 20n)).toThrow(/1 outcomes for 2/);
  });
});

describe("a pause", () => {
  test("grows, is spread, has an end, and is never sooner than the receiver asked for", () => {
    expect(pauseMillis(1, 0)).toBe(500);
    expect(pauseMillis(1, 0.999)).toBeLessThanOrEqual(1_000);
    expect(pauseMillis(4, 0)).toBe(4_000);
    expect(pauseMillis(40, 0.999)).toBeLessThanOrEqual(300_000);
    expect(pauseMillis(1, 0, 60_000)).toBe(60_000);
    expect(pauseMillis(1, 0, 1e12)).toBe(3_600_000);
  });
});

describe("a kind", () => {
  test("each has a form made from its shape, whose fields are all known to it", () => {
    const forms = formFields();
    expect(forms.map(({ kind }) => kind)).toEqual([...SINK_KINDS]);
    for (const { kind, fields } of forms) {
      const shape = SinkConfig.options.find((each) => each.shape.kind.value === kind)?.shape ?? {};
      expect(fields.map(({ name }) => name)).toEqual(
        Object.keys(shape).filter((name) => name !== "kind"),
      );
    }
    const inputs = Object.fromEntries(
      forms
        .find(({ kind }) => kind === "opensearch")
        ?.fields.map((each) => [each.name, each.input]) ?? [],
    );
    expect(inputs).toMatchObject({ url: "url", password: "secret", ca: "pem", format: "choice" });
    const port = forms
      .find(({ kind }) => kind === "syslog-tls")
      ?.fields.find(({ name }) => name === "port");
    expect(port).toMatchObject({ input: "number", initial: "6514", isRequired: false });
  });

  test("where it goes is told without what an address may hide in its path", () => {
    const config = SinkConfig.parse({
      kind: "webhook",
      url: "https://hooks.example.om/T0/sEcReT?key=x",
    });
    expect(sinkTarget(config)).toBe("https://hooks.example.om");
  });
});
