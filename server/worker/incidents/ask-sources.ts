import "server-only";
import type { z } from "zod";
import type { LeakPursued, SourceAnswer } from "#server/features/rotation/leaks/schema.ts";
import { readAuditedUses } from "#server/integrations/openbao/audit-file.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { readRoleSessions } from "#server/integrations/postgres-roles/role-sessions.ts";
import { humanBehind } from "../vault-login-methods.ts";
import { type AccessPath, unknown, vaultReaders } from "./vault-readers.ts";

type Ask = NonNullable<z.output<typeof LeakPursued>["ask"]>;

/** Tools that people, not services, connect with. */
const PERSONAL = /^(psql|pgadmin|dbeaver|datagrip|tableplus|heidisql|beekeeper)/i;

/** Asks every source about a leaked value: who could read it, and who has it in use now. */
export async function askSources(
  vault: OpenBaoClient,
  ask: Ask,
  auditFile: string | undefined,
): Promise<SourceAnswer[]> {
  const paths = accessPaths(ask);
  const readers = paths
    ? await vaultReaders(vault, paths)
    : (["vault-policies", "vault-roles", "vault-entities"] as const).map((source) =>
        unknown(source, "store-not-asked"),
      );
  const answers = [...readers, await auditedUses(auditFile, paths)];
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

/** Who used it, as the vault's own audit log tells; half a log is told as one that can't be trusted. */
async function auditedUses(
  file: string | undefined,
  paths: readonly AccessPath[] | null,
): Promise<SourceAnswer> {
  if (!file) return unknown("vault-audit", "no-audit-device");
  if (!paths) return unknown("vault-audit", "store-not-asked");
  try {
    const { uses, unread, isCut } = await readAuditedUses(file, paths);
    if (unread > 0 || isCut) return unknown("vault-audit", "audit-log-not-whole");
    return {
      source: "vault-audit",
      state: "read",
      findings: uses.map(({ login, address, path, operation, count, first, last }) => ({
        name: login.slice(0, 300),
        detail:
          `${operation} ${path} from ${address || "unknown"}, ${count}×, ${first.toISOString()} – ${last.toISOString()}`.slice(
            0,
            500,
          ),
        // A display name begins with the login method's path.
        human: humanBehind([login.split("-")[0] ?? ""]),
      })),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return unknown("vault-audit", "audit-log-not-readable");
  }
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
