import "server-only";
import { isDeepStrictEqual } from "node:util";
import { uuidv7 } from "uuidv7";
import { isolated } from "#server/engines/words/isolated.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockTarget, type TargetRow } from "../queries.ts";
import { RotationTargetSaved, SaveRotationTargetInput } from "../schema.ts";
import { targetFacts } from "../target-facts.ts";

/**
 * Registers a rotation target under its name, or changes the one of that name. In the Sovereign's
 * context only: where the worker logs in is nobody else's to say (ADR 0009).
 */
export const saveRotationTarget = verb({
  name: "rotationTargets.save",
  scope: "runtime.targets.manage",
  policy: "ManageRotationTarget",
  facts: targetFacts,
  input: SaveRotationTargetInput,
  output: RotationTargetSaved,
  async run({ tx, tenant, input }) {
    const { name, address, reason } = input;
    const tenants = input.tenants === "every" ? [] : [...new Set(input.tenants)].sort();
    const environments = [...new Set(input.environments)].sort();
    const asked = { address, for_every: input.tenants === "every", tenants, environments };
    const before = await lockTarget(tx, tenant, name);
    if (before && !before.retired_at && isSame(before, asked)) {
      return unchanged({ targetId: before.target_id, name, outcome: "unchanged" as const });
    }
    if (before && before.address.kind !== address.kind) {
      throw new AppError("conflict", `"${name}" is a target of another kind.`, {
        said: { key: "targets.otherKind", args: { name: isolated(name) } },
        field: "address.kind",
        remedy: "Register it under another name; retire this one.",
      });
    }
    const targetId = before?.target_id ?? uuidv7();
    const [saved] = await tx.query<{ target_id: string }>(before ? REPLACE : INSERT, [
      tenant,
      targetId,
      name,
      address.kind,
      JSON.stringify(address),
      asked.for_every,
      tenants,
      environments,
    ]);
    if (!saved) {
      throw new AppError("conflict", `"${name}" was registered by somebody else just now.`, {
        said: { key: "targets.justNow", args: { name: isolated(name) } },
        field: "name",
        remedy: "Look at it, then change it or take another name.",
      });
    }
    const outcome = before ? (before.retired_at ? "restored" : "changed") : "created";
    return audited(
      { targetId, name, outcome: outcome as "created" | "changed" | "restored" },
      {
        type: "runtime.targets.saved",
        subject: `rotation-target/${targetId}`,
        payload: {
          name,
          outcome,
          address,
          tenants: input.tenants,
          environments,
          reason,
          before: before ? shown(before) : null,
          after: shown({ ...asked, retired_at: null }),
        },
      },
    );
  },
});

type Asked = Pick<TargetRow, "address" | "for_every" | "tenants" | "environments">;

function shown({
  address,
  for_every,
  tenants,
  environments,
  retired_at,
}: Asked & Pick<TargetRow, "retired_at">) {
  return {
    address: { ...address },
    tenants: for_every ? "every" : tenants,
    environments,
    isRetired: retired_at !== null,
  };
}

function isSame(before: TargetRow, asked: Asked): boolean {
  const { address, for_every, tenants, environments } = before;
  return isDeepStrictEqual({ address, for_every, tenants, environments }, asked);
}

const INSERT = `
  INSERT INTO rotation_target (tenant_id, target_id, name, kind, address, for_every, tenants, environments, created_at, updated_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp())
  ON CONFLICT (tenant_id, name) DO NOTHING RETURNING target_id`;
const REPLACE = `
  UPDATE rotation_target SET name = $3, kind = $4, address = $5, for_every = $6, tenants = $7,
    environments = $8, retired_at = NULL, updated_at = clock_timestamp()
  WHERE tenant_id = $1 AND target_id = $2 RETURNING target_id`;
