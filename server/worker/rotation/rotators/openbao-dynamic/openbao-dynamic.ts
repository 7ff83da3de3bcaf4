import "server-only";
import { leaseByRef } from "#server/features/leases/queries.ts";
import type { OpenbaoDynamic } from "#server/features/rotation/schema.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { type ProbeResult, probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { type LeasedLogin, leasedFields, readLeasedLogin } from "../../../leases/leased-login.ts";
import {
  done,
  type Look,
  type Outcome,
  orphaned,
  type Promotion,
  type Revocation,
  refused,
  type Truth,
  type Undoing,
  unknown,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble, ValueMissingError } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { issueLogin } from "./issue-login.ts";
import { rotationLedger } from "./rotation-ledger.ts";

const MOVED_ON = refused(
  "vault_moved_on",
  "Somebody else wrote the vault's main path meanwhile. Nothing was changed there.",
);

type ClearProbe = Exclude<ProbeResult, { kind: "unknown" }>;

/**
 * A login that lives by a lease: another is issued, tried, and put where the workload reads; then the
 * old lease is revoked, looked up in vain, and its login refused. Every lease stands in the ledger
 * before it is asked for.
 */
export function openbaoDynamic(run: RotationRun, settings: OpenbaoDynamic): Rotator {
  const { mount, role, target } = settings;
  const { path } = run.claim;
  const ledger = rotationLedger(run);
  const { leases } = run.vault;
  const read = (call: OutsideCall, at = path, version = 0) =>
    run.outside(call, () => readLeasedLogin(run.kv, at, version));
  const unstage = () => run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));

  async function staged(call: OutsideCall): Promise<LeasedLogin> {
    const found = await read(call, run.stagedPath);
    if (found.kind !== "found") throw new ValueMissingError("staged value", found.kind);
    if (found.login.rotationId === run.rotationId) return found.login;
    throw new ValueMissingError("staged value", "absent");
  }

  /** Null where the console can't reach the database. */
  async function probe(call: OutsideCall, login: LeasedLogin): Promise<ClearProbe | null> {
    if (!target) return null;
    const result = await run.outside(call, () => probeLogin(target, login));
    if (result.kind !== "unknown") return result;
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: result.text });
  }

  async function oldLogin(call: OutsideCall): Promise<LeasedLogin> {
    const found = await read(call, path, run.handles.old.version);
    if (found.kind === "found") return found.login;
    throw new ValueMissingError("old login", found.kind);
  }

  return {
    async look(): Promise<Look> {
      const found = await read("vault.read-current");
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      if (found.kind === "malformed") {
        return refused("not_leased", "The vault's main path holds no login that lives by a lease.");
      }
      if (found.kind !== "found") {
        return refused("nothing_issued", "This workload has no login yet. Issue one first.");
      }
      const { leaseRef, username } = found.login;
      const known = await run.reading((tx, tenant) => leaseByRef(tx, tenant, leaseRef));
      if (known?.state === "revoked" || known?.state === "revoking") {
        return refused(
          "lease_revoked",
          "This workload's lease was revoked. Issue a login again when it should have one.",
        );
      }
      const engine = run.vault.database(mount);
      if (!(await run.outside("database.read-role", () => engine.dynamicRole(role)))) {
        return refused("role_missing", `There is no role ${role} at ${mount}.`);
      }
      return {
        kind: "fit",
        oldHandle: { role: username, version: found.version },
        newHandle: { stagedPath: run.stagedPath, version: null },
      };
    },

    async stage(): Promise<Outcome> {
      const waiting = await read("vault.read-staged", run.stagedPath);
      const isOurs = waiting.kind === "found" && waiting.login.rotationId === run.rotationId;
      if (isOurs) return done(`login ${waiting.login.username}`);
      if (waiting.kind !== "absent") await unstage();
      return issueLogin(run, settings, ledger);
    },

    async apply() {
      return done("nothing to set: OpenBao has made the login");
    },

    async verify(): Promise<Outcome> {
      const login = await staged("vault.read-back");
      const probed = await probe("target.verify", login);
      if (probed?.kind === "accepted") return done(`the login ${login.username} works`);
      if (probed)
        return refused("new_login_refused", `The new login was refused (${probed.text}).`);
      const lease = await run.outside("lease.look", () => leases.lookup(login.leaseRef));
      if (lease) return done("OpenBao knows its lease; the console can't log in to try it");
      return refused("lease_gone", "OpenBao doesn't know the new lease any more.");
    },

    async promote(): Promise<Promotion> {
      const login = await staged("vault.read-waiting");
      const { version: before } = run.handles.old;
      try {
        const write = () => run.kv.write(path, leasedFields(login), before);
        const version = await run.outside("vault.promote", write);
        return { kind: "done", version, note: `version ${version}` };
      } catch (error) {
        if (!(error instanceof OpenBaoError)) throw error;
        if (error.failure === "cas_mismatch") {
          const now = await read("vault.ask-current");
          const isOurs = now.kind === "found" && now.login.rotationId === run.rotationId;
          if (!isOurs) return MOVED_ON;
          return { kind: "done", version: now.version, note: `version ${now.version}` };
        }
        if (error.changedNothing) throw error;
        return unknown("vault_outcome_unknown", error.message);
      }
    },

    async settle() {
      const waiting = await read("vault.read-delivered", run.stagedPath);
      if (waiting.kind === "found") {
        await ledger.delivered(waiting.login.leaseRef, run.handles.new.version ?? 1);
        await unstage();
      }
      const old = await oldLogin("vault.read-ending");
      const lease = await run.outside("lease.read-old", () => leases.lookup(old.leaseRef));
      return lease
        ? `both logins work; the old one's lease runs out in ${lease.ttlSeconds} s`
        : "the old login's lease has run out already";
    },

    async revoke(): Promise<Revocation> {
      const now = await read("vault.recheck-current");
      if (now.kind !== "found") {
        return refused(
          "current_missing",
          `The vault's main path is ${now.kind}; the old login was left alone.`,
        );
      }
      const old = await oldLogin("vault.read-revoked");
      if (now.login.leaseRef === old.leaseRef) {
        return orphaned(
          "vault_moved_on",
          "Somebody put the old login back into the vault's main path, so it was not revoked.",
        );
      }
      const probed = await probe("target.probe-new", now.login);
      if (probed?.kind === "refused") {
        return refused(
          "current_refused",
          `The vault's current login is refused (${probed.text}); the old one was left alone.`,
        );
      }
      await ledger.revoking(old.leaseRef);
      try {
        await run.outside("lease.revoke", () => leases.revoke(old.leaseRef));
        return done("");
      } catch (error) {
        if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
        return unknown("vault_outcome_unknown", error.message);
      }
    },

    async proveDead(): Promise<Outcome> {
      const old = await oldLogin("vault.read-old");
      const lease = await run.outside("lease.lookup-old", () => leases.lookup(old.leaseRef));
      if (lease)
        return refused("old_still_alive", "OpenBao still knows the lease of the old login.");
      const probed = await probe("target.probe-old", old);
      if (probed?.kind === "accepted") {
        return refused("old_still_alive", "The old lease is over, but its login still works.");
      }
      const proof = probed
        ? `the lease is gone and its login was refused (${probed.code})`
        : "OpenBao doesn't know the lease any more; the console can't log in to try it";
      await ledger.revoked(old.leaseRef, proof);
      return done(proof);
    },

    async destroy() {
      const { version } = run.handles.old;
      await run.outside("vault.destroy-old", () => run.kv.destroyVersions(path, [version]));
      return `version ${version} destroyed`;
    },

    async ask(resume): Promise<Truth> {
      if (resume === "revoking") {
        return { kind: "state", state: "revoking", note: "revoking again is harmless" };
      }
      if (resume !== "verified") {
        const waiting = await read("vault.ask-staged", run.stagedPath);
        const isOurs = waiting.kind === "found" && waiting.login.rotationId === run.rotationId;
        return { kind: "state", state: isOurs ? "staged" : resume, note: "asked the vault" };
      }
      const now = await read("vault.ask-current");
      if (now.kind === "found") {
        if (now.login.rotationId === run.rotationId) {
          return { kind: "promoted", version: now.version };
        }
        if (now.version === run.handles.old.version) {
          return { kind: "state", state: "verified", note: "asked the vault: not promoted" };
        }
      }
      return MOVED_ON;
    },

    async undo(): Promise<Undoing> {
      const now = await read("vault.ask-current");
      if (now.kind === "found" && now.login.rotationId === run.rotationId) {
        return { kind: "promoted", version: now.version };
      }
      await ledger.takeBack(settings);
      await unstage();
      return { kind: "undone" };
    },
  };
}
