import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { ed25519PublicKey } from "#server/engines/merkle/ed25519.ts";
import {
  type Answer,
  isSignedBy,
  type Received,
  startReceiver,
} from "#server/integrations/webhook/testing/receiver.ts";
import { DrHook } from "./dr-hook.ts";

const seed = new Uint8Array(randomBytes(32));
const publicKey = `whpk_${Buffer.from(ed25519PublicKey(seed)).toString("base64")}`;
const promotion = {
  promotionId: "0190-x",
  kind: "disaster",
  from: "muscat",
  target: "salalah",
} as const;
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Only silence is waited out: an answer may take as long as a busy machine needs. */
async function hookThat(answer: (received: Received) => Answer, timeoutMillis = 30_000) {
  const receiver = await startReceiver(answer);
  stops.push(receiver.stop);
  const hook = new DrHook({ url: `${receiver.url}/promote`, seed, timeoutMillis });
  return { hook, received: receiver.received };
}

const json = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) });

test("is asked once, signed, with the promotion's id as its key; its word is read", async () => {
  const { hook, received } = await hookThat(() =>
    json(200, { state: "succeeded", detail: "salalah leads" }),
  );
  expect(await hook.promote(promotion)).toEqual({ answer: "succeeded", detail: "salalah leads" });
  expect(received).toHaveLength(1);
  const [call] = received as [Received];
  expect(call).toMatchObject({ path: "/promote", headers: { "idempotency-key": "0190-x" } });
  expect(JSON.parse(call.body)).toMatchObject({
    type: "runtime.regions.promote",
    target: "salalah",
  });
  expect(isSignedBy(publicKey, call)).toBe(true);
  await hook.status("0190-x");
  expect(received[1]).toMatchObject({ path: "/promote/0190-x" });
  expect(isSignedBy(publicKey, received[1] as Received)).toBe(true);
});

test.each<[string, Answer, string, string]>([
  ["takes it up", { status: 202 }, "running", "running"],
  ["is at it", json(202, { state: "running" }), "running", "running"],
  ["failed", json(200, { state: "failed", detail: "no quorum" }), "failed", "failed"],
  ["refuses", json(403, {}), "failed", "unknown"],
  ["does not know it", json(404, {}), "failed", "absent"],
  ["is busy", json(429, {}), "unknown", "unknown"],
  ["fails inside", json(500, { state: "failed" }), "unknown", "unknown"],
  ["says something else", json(200, { ok: true }), "unknown", "unknown"],
  ["answers half", { status: 200, body: '{"state":"succ' }, "unknown", "unknown"],
  ["sends elsewhere", { status: 302, headers: { location: "/x" } }, "unknown", "unknown"],
  ["says nothing", "silence", "unknown", "unknown"],
])("a hook that %s", async (_, answer, called, asked) => {
  const { hook, received } = await hookThat(() => answer, answer === "silence" ? 500 : undefined);
  expect((await hook.promote(promotion)).answer).toBe(called);
  expect(received).toHaveLength(1);
  expect((await hook.status(promotion.promotionId)).answer).toBe(asked);
});

test("one that was not reached did nothing; asked about an earlier call it is no answer", async () => {
  const gone = await startReceiver(() => ({ status: 200 }));
  await gone.stop();
  const hook = new DrHook({ url: gone.url, seed });
  expect((await hook.promote(promotion)).answer).toBe("never-sent");
  expect((await hook.status("0190-x")).answer).toBe("unknown");
});
