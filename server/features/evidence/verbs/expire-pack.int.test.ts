import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { readyPack, SOME_DIGEST, sealedTenant } from "../testing/evidence-fixture.ts";
import { expirePack } from "./expire-pack.ts";
import { takePack } from "./take-pack.ts";

test("a pack ends when its time is over, not before; its key goes first, its bytes until they are gone", async () => {
  const fixture = await sealedTenant();
  const { tenant, auditor, worker } = fixture;
  const packId = await readyPack(fixture);
  const expire = (step: "end" | "removed" | "locked") =>
    runVerb(expirePack, worker, { packId, step });
  expect(await expire("end")).toEqual({ storedDigest: null });
  await asSuperuser("UPDATE evidence_pack SET expires_at = now() WHERE pack_id = $1", [packId]);
  expect(await expire("end")).toEqual({ storedDigest: SOME_DIGEST });
  expect((await eventsOf(tenant)).at(-1)?.type).toBe("runtime.evidence.pack-expired");
  await expect(runVerb(takePack, auditor, { packId })).rejects.toMatchObject({ code: "not_found" });
  await expire("locked");
  expect(await expire("end")).toEqual({ storedDigest: SOME_DIGEST });
  await expire("removed");
  expect(await expire("end")).toEqual({ storedDigest: null });
  await asSuperuser(
    "UPDATE evidence_pack SET state = 'ready', expires_at = now() + interval '1 day' WHERE pack_id = $1",
    [packId],
  );
  await expect(runVerb(takePack, auditor, { packId })).rejects.toMatchObject({
    code: "unavailable",
  });
});
