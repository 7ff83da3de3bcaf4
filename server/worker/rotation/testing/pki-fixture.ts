import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type SeededAuthorities, seedAuthorities } from "#server/embedded/demo/seed-authorities.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { RotationFixture } from "./rotation-fixture.ts";

/** A root and an intermediate of its own, in the fixture's vault. */
export function newAuthorities(
  { tenant, client, vault }: RotationFixture,
  graceSeconds = 0,
): Promise<SeededAuthorities> {
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8").trim());
  const label = `it-${randomBytes(5).toString("hex")}`;
  return seedAuthorities(
    tenant,
    { client, address: vault.address, token },
    { label, graceSeconds },
  );
}
