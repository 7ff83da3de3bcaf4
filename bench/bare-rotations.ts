import { readFileSync } from "node:fs";
import type { ClaimedRotation } from "#server/features/rotation/schema.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { Caller } from "#server/platform/actor.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { makeOutside } from "#server/worker/rotation/outside.ts";
import { RotationRun } from "#server/worker/rotation/rotation-run.ts";

/*
 * The bare sequence: the calls of each rotation by the same rotators in the same order, as many at
 * once as a worker makes, and nothing else: no claim, no record, no audit. Waits for a line, then
 * prints how long it took.
 */
interface Task {
  address: string;
  tokenFile: string;
  atOnce: number;
  claims: (Omit<ClaimedRotation, "fence"> & { fence: string })[];
}

const text = readFileSync(process.argv[2] ?? "", "utf8");
const task = JSON.parse(text) as Task;
const token = SecretValue.of(readFileSync(task.tokenFile, "utf8").trim());
const vault = new OpenBaoClient({ address: task.address, token });
await vault.health();
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));

const begun = Date.now();
await Promise.all(
  Array.from({ length: task.atOnce }, async () => {
    for (let claim = task.claims.shift(); claim; claim = task.claims.shift()) await rotate(claim);
  }),
);
process.stdout.write(`${JSON.stringify({ begun, ended: Date.now() })}\n`);
await vault.close();
process.stdin.destroy();

async function rotate(claim: Task["claims"][number]): Promise<void> {
  const run = new RotationRun({
    claim: { ...claim, fence: BigInt(claim.fence) },
    vault,
    outside: makeOutside({
      leaseSeconds: 3_600,
      claimedAtMillis: performance.now(),
      failpoint: undefined,
    }),
    // Nothing is recorded, so nobody calls.
    caller: null as unknown as Caller,
    leaseSeconds: 3_600,
  });
  const look = await run.rotator.look();
  if (look.kind !== "fit") throw new Error(look.trouble.errorText);
  run.oldHandle = look.oldHandle;
  run.newHandle = look.newHandle;
  for (const act of ["stage", "apply", "verify"] as const) must(await run.rotator[act]());
  const promoted = must(await run.rotator.promote());
  run.newHandle = { ...run.newHandle, version: promoted.version };
  await run.rotator.settle();
  must(await run.rotator.revoke());
  must(await run.rotator.proveDead());
  await run.rotator.destroy();
}

function must<T extends { kind: string }>(outcome: T): Extract<T, { kind: "done" }> {
  if (outcome.kind !== "done") throw new Error(JSON.stringify(outcome));
  return outcome as Extract<T, { kind: "done" }>;
}
