import { afterAll, beforeAll, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import {
  type StorageWireServer,
  startStorageWireServer,
} from "#test/contract/azure-storage/wire-server.ts";
import { staticCredential } from "#test/contract/key-vault/key-vault-peer.ts";
import { StorageAccount } from "./storage-account.ts";

let wire: StorageWireServer;
let account: StorageAccount;

beforeAll(async () => {
  wire = await startStorageWireServer();
  account = made();
});
afterAll(() => wire.stop());

function made(more: { token?: string; managerUrl?: string; ca?: string } = {}) {
  const { token = wire.token, managerUrl = wire.url, ca = wire.ca } = more;
  const credential = staticCredential(token);
  return new StorageAccount({ managerUrl, credential, ca }, wire.newAccount());
}

test("both keys open the account; a key made anew opens it, the one before is refused", async () => {
  const [first, second] = await account.keys();
  if (!first || !second) throw new Error("not two keys");
  expect([first.name, second.name]).toEqual(["key1", "key2"]);
  for (const { value } of [first, second]) expect(await account.tryOut(value)).toBe("accepted");
  await account.regenerate("key2");
  const [, fresh] = await account.keys();
  expect(fresh?.madeAt).not.toBe(second.madeAt);
  expect(await account.tryOut(second.value)).toBe("refused");
  expect(await account.tryOut(fresh?.value ?? first.value)).toBe("accepted");
  expect(await account.tryOut(first.value)).toBe("accepted");
});

test("a value that is no key is refused, and shows in nothing", async () => {
  const value = SecretValue.of(Buffer.from("canary-of-storage").toString("base64"));
  expect(await account.tryOut(value)).toBe("refused");
  expect(JSON.stringify(await account.keys())).not.toMatch(/[A-Za-z0-9+/]{80}/);
});

test("failures are told apart", async () => {
  const stranger = made({ token: "nonsense" });
  await expect(stranger.keys()).rejects.toMatchObject({
    failure: "permission_denied",
    changedNothing: true,
  });
  const options = { managerUrl: wire.url, ca: wire.ca, credential: staticCredential(wire.token) };
  const absent = new StorageAccount(options, { ...wire.account, account: "nothere" });
  await expect(absent.keys()).rejects.toMatchObject({ failure: "not_found" });
  await expect(made({ managerUrl: "https://localhost:1" }).keys()).rejects.toMatchObject({
    failure: "unreachable",
    changedNothing: true,
  });
  await expect(account.regenerate("key3")).rejects.toMatchObject({ failure: "invalid" });
});

test("an answer that is lost leaves the outcome unknown, and the call is not sent twice", async () => {
  const name = wire.newAccount();
  const own = new StorageAccount(
    { managerUrl: wire.url, ca: wire.ca, credential: staticCredential(wire.token) },
    name,
  );
  wire.dropAnswer("regenerateKey");
  await expect(own.regenerate("key1")).rejects.toMatchObject({
    failure: "outcome_unknown",
    changedNothing: false,
  });
  expect(wire.renewals(name.account)).toEqual({ key1: 1 });
});
