import "server-only";
import type { z } from "zod";
import type { LeakPursued, SourceAnswer } from "#server/features/rotation/leaks/schema.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { readRoleSessions } from "#server/integrations/postgres-roles/role-sessions.ts";
import { type AccessPath, unknown, vaultReaders } from "./vault-readers.ts";

type Ask = NonNullable<z.output<typeof LeakPursued>["ask"]>;

/** Tools that people, not services, connect with. */
const PERSONAL = /^(psql|pgadmin|dbeaver|datagrip|tableplus|heidisql|beekeeper)/i;

/** Asks every source about a leaked value: who could read it, and who has it in use now. */
export async function askSources(vault: OpenBaoClient, ask: Ask): Promise<SourceAnswer[]> {
  const paths = accessPaths(ask);
  const readers = paths
    ? await vaultReaders(vault, paths)
    : (["vault-policies", "vault-roles", "vault-entities"] as const).map((source) =>
        unknown(source, "store-not-asked"),
      );
  const answers = [...readers, unknown("vault-audit", "no-audit-device")];
  const sessions = await sessionsOf(vault, ask);
  if (sessions) answers.push(sessions);
  if (ask.leases) {
    const findings = ask.leases.map((lease) => ({ ...lease, human: "unknown" as const }));
    answers.push({ source: "leases", state: "read", findings });
  }
  return answers;
}

/** Null for a store whose rights the console does not know how to read. */
function accessPaths({ store, path, rotator }: Ask): AccessPath[] | null {
  if (store !== "openbao") return null;
  if (rotator.kind === "openbao-transit") {
    const { mount, key } = rotator;
    return [
      { path: `${mount}/sign/${key}`, capability: "update" },
      { path: `${mount}/decrypt/${key}`, capability: "update" },
      { path: `${mount}/export/signing-key/${key}`, capability: "read" },
    ];
  }
  return [{ path: `secret/data/${path}`, capability: "read" }];
}

async function sessionsOf(vault: OpenBaoClient, ask: Ask): Promise<SourceAnswer | null> {
  const { rotator, role } = ask;
  if (rotator.kind !== "postgres-dual-user" || !role) return null;
  try {
    const login = await readDatabaseCredential(vault.kv, rotator.rotatorPath);
    if (login.kind !== "found") return unknown("sessions", "value-missing");
    const told = await readRoleSessions(rotator.target, login.credential, role);
    if (told.kind !== "done") return unknown("sessions", `target-${told.kind}`);
    return {
      source: "sessions",
      state: "read",
      findings: told.sessions.map(({ application, address, startedAt }) => ({
        name: application.slice(0, 300) || role,
        detail: `${role}@${address || "local"} since ${startedAt?.toISOString() ?? "unknown"}`,
        human: PERSONAL.test(application) ? "yes" : "unknown",
      })),
    };
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    return unknown("sessions", `vault-${error.failure}`.replaceAll("_", "-"));
  }
}
