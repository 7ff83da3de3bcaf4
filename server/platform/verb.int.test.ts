import { uuidv7 } from "uuidv7";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { userOf } from "#test/fixtures/caller.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { openEvent, type StoredEventPayload } from "./audit/event-cipher.ts";
import { closeIdentityPools } from "./db/identity-pool.ts";
import { closePools } from "./db/tenant-transaction.ts";
import { AppError, notFound } from "./errors/app-error.ts";
import type { AuthorizedTenantId } from "./tenancy/authorized-tenant.ts";
import { audited, runVerb, unchanged, verb } from "./verb.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant("verbs");
});
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
});

/** Raises an alert: a small change through the whole of `runVerb`. */
const raiseAlert = verb({
  name: "test.raiseAlert",
  scope: "runtime.alerts.manage",
  input: z.object({ detail: z.string().min(1).max(100) }),
  output: z.object({ alertId: z.uuid(), at: z.date() }),
  async run({ tx, tenant, input }) {
    const alertId = uuidv7();
    const at = new Date("2026-01-02T03:04:05.678Z");
    if (input.detail === "nothing") return unchanged({ alertId, at });
    await tx.db.alert.create({
      data: {
        tenantId: tenant,
        alertId,
        kind: "test",
        severity: "info",
        subjectRef: "test/1",
        detail: input.detail,
        createdAt: at,
      },
    });
    if (input.detail === "fail late") throw notFound("thing");
    if (input.detail === "not by you") throw new AppError("forbidden", "Only people do this.");
    return audited(
      { alertId: input.detail === "bad output" ? "not a uuid" : alertId, at },
      { type: "runtime.alerts.raised", subject: `alert/${alertId}`, payload: { note: "kept" } },
    );
  },
});

const rotateRetired = verb({
  name: "test.rotateRetired",
  scope: "runtime.secrets.rotate",
  policy: "RotateSecret",
  input: z.object({ state: z.string() }),
  output: z.object({}),
  async facts({ tenant, input }) {
    const parents = [{ type: "Tenant" as const, id: tenant }];
    const user = { type: "User" as const, id: "issuer|subject" };
    const binding = { type: "SecretBinding" as const, id: "binding-1" };
    return {
      principal: user,
      resource: binding,
      context: { trigger: "forced" },
      entities: [
        { uid: user, attrs: { issuer: "i", scopes: ["runtime.secrets.rotate"] }, parents },
        {
          uid: binding,
          attrs: {
            class: "api-token",
            environment: "prod",
            isAutomatable: true,
            ...(input.state === "unreadable" ? {} : { state: input.state }),
          } as Record<string, string | boolean>,
          parents,
        },
      ],
    };
  },
  run: async () => audited({}, { type: "runtime.secrets.rotated", subject: "secret-binding/1" }),
});

const rowsOf = async (table: string) =>
  asSuperuser<Record<string, unknown>>(`SELECT * FROM ${table} WHERE tenant_id = $1`, [tenant]);
const eventsOf = () => rowsOf("audit_event");

describe("a verb that works", () => {
  test("changes, and leaves one event with its payload and its place in the queue", async () => {
    const caller = userOf(tenant);
    const output = await runVerb(raiseAlert, caller, { detail: "hello" });
    expect(await rowsOf("alert")).toMatchObject([{ alert_id: output.alertId, detail: "hello" }]);

    const [event, ...more] = await eventsOf();
    expect(more).toEqual([]);
    if (!event) throw new Error("no event");
    const envelope = JSON.parse(event.envelope as string);
    expect(envelope).toMatchObject({
      specversion: "1.0",
      id: event.event_id,
      type: "runtime.alerts.raised",
      subject: `alert/${output.alertId}`,
      tenant,
      outcome: "succeeded",
      principalkind: "user",
      traceparent: caller.traceparent,
      payloadcommitment: (event.commitment as Buffer).toString("hex"),
    });
    expect(event.envelope).not.toMatch(/A Person|subject-1|hello|kept/);
    const [payload] = await rowsOf("audit_payload");
    const stored = { ...event, ...payload } as unknown as StoredEventPayload;
    expect(openEvent(tenant, stored).payload).toMatchObject({
      note: "kept",
      actor: { subject: "subject-1" },
    });
    expect(await rowsOf("audit_pending")).toMatchObject([{ event_id: event.event_id }]);
  });

  test("that finds nothing to do leaves no event", async () => {
    await runVerb(raiseAlert, userOf(tenant), { detail: "nothing" });
    expect(await eventsOf()).toEqual([]);
  });
});

describe("nothing happens", () => {
  const attempt = (input: unknown, options: Parameters<typeof userOf>[1] = {}) =>
    runVerb(raiseAlert, userOf(tenant, options), input as { detail: string });

  test("without the scope: refused before the input is looked at, and recorded", async () => {
    const refused = attempt({ detail: 42 }, { scopes: ["runtime.alerts.read"] });
    await expect(refused).rejects.toMatchObject({ code: "forbidden" });
    expect(await rowsOf("alert")).toEqual([]);
    expect(await eventsOf()).toMatchObject([
      { type: "runtime.access.denied", outcome: "denied", subject: "act/test.raiseAlert" },
    ]);
  });

  test("with an input that does not fit: the field is named, not its value", async () => {
    const long = "secret".repeat(50);
    await expect(attempt({ detail: long })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "detail" },
      message: expect.not.stringContaining("secretsecret"),
    });
    expect(await eventsOf()).toEqual([]);
  });

  test("when the verb fails late", async () => {
    await expect(attempt({ detail: "fail late" })).rejects.toMatchObject({ code: "not_found" });
    expect([...(await rowsOf("alert")), ...(await eventsOf())]).toEqual([]);
  });

  test("when the verb itself refuses: that refusal is recorded too", async () => {
    await expect(attempt({ detail: "not by you" })).rejects.toMatchObject({ code: "forbidden" });
    expect(await rowsOf("alert")).toEqual([]);
    expect(await eventsOf()).toMatchObject([
      { type: "runtime.access.denied", outcome: "denied", subject: "act/test.raiseAlert" },
    ]);
  });

  test("when the result is not what was promised", async () => {
    await expect(attempt({ detail: "bad output" })).rejects.toThrow();
    expect([...(await rowsOf("alert")), ...(await eventsOf())]).toEqual([]);
  });

  test.each(["audit_event", "audit_payload", "audit_pending"])(
    "when the audit row of %s can't be written",
    async (table) => {
      await asSuperuser(`CREATE FUNCTION public.break_it() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$`);
      await asSuperuser(
        `CREATE TRIGGER break_it BEFORE INSERT ON ${table} EXECUTE FUNCTION public.break_it()`,
      );
      try {
        await expect(attempt({ detail: "hello" })).rejects.toThrow("disk full");
      } finally {
        await asSuperuser("DROP FUNCTION public.break_it() CASCADE");
      }
      expect([...(await rowsOf("alert")), ...(await eventsOf())]).toEqual([]);
    },
  );
});

describe("a policy", () => {
  test("that allows leaves its decision beside the change", async () => {
    await runVerb(rotateRetired, userOf(tenant), { state: "active" });
    expect(await rowsOf("policy_decision")).toMatchObject([{ outcome: "allow", errors: [] }]);
    expect(await eventsOf()).toMatchObject([{ type: "runtime.secrets.rotated" }]);
  });

  test.each([
    ["retired", /retired or its secret is missing/],
    ["unreadable", /Blocked because/],
  ])(
    "that meets a binding that is %s denies, in words, and both are recorded",
    async (state, words) => {
      const refused = runVerb(rotateRetired, userOf(tenant), { state });
      await expect(refused).rejects.toMatchObject({
        code: "forbidden",
        message: expect.stringMatching(words),
      });
      expect(await rowsOf("policy_decision")).toMatchObject([{ outcome: "deny" }]);
      expect(await eventsOf()).toMatchObject([
        { type: "runtime.access.denied", outcome: "denied" },
      ]);
    },
  );
});

describe("denials under flood", () => {
  test("are one event and a count, and another act is another event", async () => {
    const caller = userOf(tenant, { scopes: [] });
    const calls = Array.from({ length: 12 }, () =>
      runVerb(raiseAlert, caller, { detail: "x" }).catch(() => undefined),
    );
    await Promise.all(calls);
    expect(await eventsOf()).toHaveLength(1);
    expect(await rowsOf("denial_window")).toMatchObject([{ suppressed: 11 }]);
    await runVerb(rotateRetired, caller, { state: "active" }).catch(() => undefined);
    expect(await eventsOf()).toHaveLength(2);
  });

  test("of two principals are two events, each in the caller's own tenant", async () => {
    const other = await newTenant("other");
    for (const caller of [
      userOf(tenant, { scopes: [], subject: "one" }),
      userOf(tenant, { scopes: [], subject: "two" }),
      userOf(other, { scopes: [], subject: "one" }),
    ]) {
      await runVerb(raiseAlert, caller, { detail: "x" }).catch(() => undefined);
    }
    expect(await eventsOf()).toHaveLength(2);
    expect(
      await asSuperuser("SELECT 1 FROM audit_event WHERE tenant_id = $1", [other]),
    ).toHaveLength(1);
  });
});

describe("an idempotency key", () => {
  const keyed = (key: string, subject?: string) =>
    userOf(tenant, { idempotencyKey: key, ...(subject ? { subject } : {}) });

  test("makes run twice run once, with the same answer", async () => {
    const first = await runVerb(raiseAlert, keyed("key-00000001"), { detail: "once" });
    const again = await runVerb(raiseAlert, keyed("key-00000001"), { detail: "once" });
    expect(again).toEqual(first);
    expect(await rowsOf("alert")).toHaveLength(1);
    expect(await eventsOf()).toHaveLength(1);
  });

  test("holds under two calls at once", async () => {
    const calls = Array.from({ length: 6 }, () =>
      runVerb(raiseAlert, keyed("key-00000002"), { detail: "once" }),
    );
    const answers = await Promise.all(calls);
    expect(new Set(answers.map((answer) => answer.alertId)).size).toBe(1);
    expect(await rowsOf("alert")).toHaveLength(1);
  });

  test("used for another request is a conflict", async () => {
    await runVerb(raiseAlert, keyed("key-00000003"), { detail: "one" });
    const other = runVerb(raiseAlert, keyed("key-00000003"), { detail: "two" });
    await expect(other).rejects.toMatchObject({ code: "conflict" });
  });

  test("belongs to its caller and tenant: somebody else's is another key", async () => {
    const first = await runVerb(raiseAlert, keyed("key-00000004"), { detail: "one" });
    const second = await runVerb(raiseAlert, keyed("key-00000004", "else"), { detail: "one" });
    expect(second.alertId).not.toBe(first.alertId);
    const other = await newTenant("other");
    const third = await runVerb(raiseAlert, userOf(other, { idempotencyKey: "key-00000004" }), {
      detail: "one",
    });
    expect(third.alertId).not.toBe(first.alertId);
  });

  test("of a failed call may be used again", async () => {
    const failing = runVerb(raiseAlert, keyed("key-00000005"), { detail: "fail late" });
    await expect(failing).rejects.toMatchObject({ code: "not_found" });
    await runVerb(raiseAlert, keyed("key-00000005"), { detail: "now" });
    expect(await rowsOf("alert")).toHaveLength(1);
  });
});
