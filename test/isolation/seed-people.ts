import type pg from "pg";
import { ensureSovereign, ensureTenant } from "#server/features/tenants/bootstrap.ts";
import { env } from "#server/platform/env/env.ts";
import { type Persona, signIn } from "./persona.ts";
import { seedFireman } from "./seed-access.ts";
import { seedStepUp } from "./seed-step-up.ts";
import { seedTenant } from "./seed-tenant.ts";

interface Sides<Each> {
  own: Each;
  foreign: Each;
}

/** Makes two tenants with records of every kind, and signs in who works in them. */
export async function seedPeople(
  admin: pg.Client,
  { own, foreign, canary }: Sides<string> & { canary: Sides<string> },
): Promise<Sides<Persona[]>> {
  const sovereign = env().SOVEREIGN;
  await ensureSovereign(sovereign, "The Sovereign");
  await ensureTenant(own, canary.own);
  await ensureTenant(foreign, canary.foreign);
  // Who is asked to be offboarded.
  for (const tenant of [own, foreign]) await ensureTenant(`leaver-${tenant}`, "Leaver");
  await seedTenant(admin, { tenantId: own, canary: canary.own });
  await seedTenant(admin, { tenantId: foreign, canary: canary.foreign });
  const of = async (tenant: string, name: string) => {
    const persona = await signIn(admin, tenant, name);
    await seedStepUp(admin, persona, tenant === foreign ? canary.foreign : canary.own);
    return persona;
  };
  const fireman = await signIn(admin, own, "fireman", ["break-glass"]);
  await seedFireman(admin, fireman);
  return {
    own: [
      await of(own, "asker"),
      await of(own, "decider"),
      await of(sovereign, "sovereign"),
      fireman,
    ],
    foreign: [await of(foreign, "asker"), await of(foreign, "decider")],
  };
}
