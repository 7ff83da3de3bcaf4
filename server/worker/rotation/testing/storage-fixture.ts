import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import {
  StorageAccount,
  type StorageKey,
} from "#server/integrations/azure-storage/storage-account.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { startStorageWireServer } from "#test/contract/azure-storage/wire-server.ts";
import { staticCredential } from "#test/contract/key-vault/key-vault-peer.ts";
import { managedIdentity } from "./azure-fixture.ts";
import type { RotationFixture } from "./rotation-fixture.ts";

/** Storage accounts with two keys, and the identity of a worker that may make them anew. */
export interface StorageFixture {
  env: Record<string, string>;
  /** An account whose `key1` is in KV v2, version 1. */
  newAccount(graceSeconds?: number): Promise<BoundAccount>;
  /** Loses the answer to the next making of a key. */
  dropRenewal(): void;
  stop(): Promise<void>;
}

export interface BoundAccount {
  bindingId: string;
  path: string;
  client: StorageAccount;
  keys(): Promise<StorageKey[]>;
  renewals(): Record<string, number>;
}

export async function storageFixture(fixture: RotationFixture): Promise<StorageFixture> {
  const wire = await startStorageWireServer();
  const identity = await managedIdentity(wire.token);
  const directory = mkdtempSync(join(tmpdir(), "storage-"));
  const caFile = join(directory, "ca.pem");
  writeFileSync(caFile, wire.ca);
  return {
    env: { ...identity.env, AZURE_RESOURCE_MANAGER_URL: wire.url, NODE_EXTRA_CA_CERTS: caFile },
    async newAccount(graceSeconds = 0) {
      const name = wire.newAccount();
      const credential = staticCredential(wire.token);
      const client = new StorageAccount({ managerUrl: wire.url, credential, ca: wire.ca }, name);
      const [first] = await client.keys();
      const path = `${fixture.tenant}/test/storage-${randomBytes(4).toString("hex")}`;
      const fields = {
        account: SecretValue.of(name.account),
        key: SecretValue.of(first?.value.reveal() ?? ""),
      };
      await fixture.client.kv.write(path, fields, 0);
      const { bindingId } = await runVerb(bindSecret, systemCaller(fixture.tenant, "test"), {
        name: name.account,
        class: "cloud-credential",
        environment: "test",
        store: "openbao",
        path,
        owner: "tests",
        rotator: {
          kind: "two-key-cloud",
          provider: { kind: "azure-storage", ...name },
          field: "key",
          keep: ["account"],
        },
        currentVersion: 1,
        graceSeconds,
        lastRotatedAt: new Date(),
      });
      return {
        bindingId,
        path,
        client,
        keys: () => client.keys(),
        renewals: () => wire.renewals(name.account),
      };
    },
    dropRenewal: () => wire.dropAnswer("regenerateKey"),
    async stop() {
      await identity.stop();
      await wire.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
