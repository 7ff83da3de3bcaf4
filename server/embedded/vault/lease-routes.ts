import { authorize } from "./access.ts";
import { connectionOf } from "./database-routes.ts";
import { dropRole, extendUntil, runOnTarget } from "./database-target.ts";
import { parseDuration } from "./duration.ts";
import type { DatabaseMount, LeaseEntry } from "./engine-state.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, noHandler, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** `sys/leases/…`. A lease that has run out is revoked before anything else is said of it. */
export async function leaseRoutes(store: VaultStore, request: VaultRequest): Promise<VaultAnswer> {
  const [, , action = "", ...rest] = request.path.split("/");
  const prefix = request.namespace + rest.join("/").replace(/\/+$/, "");
  const asked = String(request.body.lease_id ?? "");
  if (action === "lookup" && request.method === "LIST") {
    authorize(store.state, request, "sudo");
    await revokeExpired(store);
    return list(store, prefix);
  }
  if (request.method !== "POST") throw noHandler(request.path);
  const isSweep = action === "revoke-prefix" || action === "revoke-force";
  authorize(store.state, request, isSweep ? "sudo" : "update");
  await revokeExpired(store);
  if (isSweep) {
    const found = Object.keys(store.state.leases).filter((id) => id.startsWith(`${prefix}/`));
    for (const leaseId of found) await revoke(store, leaseId);
    return done();
  }
  if (action === "lookup") return lookup(store, asked);
  if (action === "renew") return renew(store, asked, parseDuration(request.body.increment ?? 0));
  if (action === "revoke") {
    await revoke(store, asked || prefix);
    return done();
  }
  throw noHandler(request.path);
}

function list(store: VaultStore, prefix: string): VaultAnswer {
  const folder = prefix ? `${prefix}/` : "";
  const below = Object.keys(store.state.leases).filter((id) => id.startsWith(folder));
  const keys = new Set(
    below.map((id) => {
      const [first = "", ...more] = id.slice(folder.length).split("/");
      return more.length > 0 ? `${first}/` : first;
    }),
  );
  if (keys.size === 0) throw absent();
  return answer({ keys: [...keys].sort() });
}

function lookup(store: VaultStore, leaseId: string): VaultAnswer {
  const lease = store.state.leases[leaseId];
  if (!lease) throw new VaultError(400, "invalid lease");
  return answer({
    id: leaseId,
    path: lease.path,
    issue_time: isoOf(lease.issuedAt),
    expire_time: isoOf(lease.expiresAt),
    last_renewal: lease.lastRenewal === null ? null : isoOf(lease.lastRenewal),
    renewable: true,
    ttl: Math.max(0, lease.expiresAt - nowSeconds()),
  });
}

async function renew(store: VaultStore, leaseId: string, increment: number): Promise<VaultAnswer> {
  const lease = store.state.leases[leaseId];
  if (!lease) throw new VaultError(400, "lease not found");
  const now = nowSeconds();
  const role = mountOf(store, lease).roles[lease.role];
  const wanted = now + (increment || role?.default_ttl || 3600);
  const expiresAt = Math.min(wanted, lease.maxExpiresAt);
  await onTarget(store, lease, [extendUntil(lease.username, expiresAt)]);
  store.change((state) => {
    const kept = state.leases[leaseId];
    if (kept) Object.assign(kept, { expiresAt, lastRenewal: now });
  });
  const described = { lease_id: leaseId, renewable: true, lease_duration: expiresAt - now };
  return { status: 200, data: null, lease: described };
}

/** The target first: a lease that can't be revoked is not forgotten. */
async function revoke(store: VaultStore, leaseId: string): Promise<void> {
  const lease = store.state.leases[leaseId];
  if (!lease) return;
  await onTarget(store, lease, dropRole(lease.username));
  store.change((state) => {
    delete state.leases[leaseId];
  });
}

async function revokeExpired(store: VaultStore): Promise<void> {
  const now = nowSeconds();
  for (const [leaseId, lease] of Object.entries(store.state.leases)) {
    if (lease.expiresAt <= now) await revoke(store, leaseId).catch(() => undefined);
  }
}

/** Unmounting an engine revokes what it issued. */
export async function revokeBelow(store: VaultStore, mountPath: string): Promise<void> {
  for (const leaseId of Object.keys(store.state.leases)) {
    if (leaseId.startsWith(mountPath)) await revoke(store, leaseId);
  }
}

async function onTarget(store: VaultStore, lease: LeaseEntry, statements: string[]) {
  const mount = mountOf(store, lease);
  const role = mount.roles[lease.role];
  const [only] = Object.keys(mount.connections);
  await runOnTarget(connectionOf(mount, role?.db_name ?? only ?? ""), statements);
}

function mountOf(store: VaultStore, lease: LeaseEntry): DatabaseMount {
  const mount = store.state.engines[lease.mountPath];
  if (mount?.type !== "database") throw new VaultError(500, "lease of an engine that is gone");
  return mount;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
