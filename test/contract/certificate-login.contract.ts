import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logIn } from "#server/integrations/openbao/login.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { tokenSource } from "#server/integrations/openbao/token-source.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type OpenBaoTlsPeer, openBaoTlsPeer } from "./openbao-tls-peer.ts";
import { makeTestAuthority, type TestAuthority } from "./test-authority.ts";

const SPIFFE_ID = "spiffe://sovereign.example/console";

describe("certificate login", () => {
  let peer: OpenBaoTlsPeer;
  let authority: TestAuthority;

  beforeAll(async () => {
    peer = await openBaoTlsPeer();
    authority = await makeTestAuthority("SPIFFE");
    expect(await setUp("sys/auth/cert", { type: "cert" })).toBe(204);
    const role = {
      certificate: authority.certificate,
      allowed_uri_sans: [SPIFFE_ID],
      token_policies: ["console"],
      token_ttl: "5m",
    };
    expect(await setUp("auth/cert/certs/console", role)).toBe(204);
  });

  afterAll(async () => peer?.stop());

  test("an SVID of the trusted authority becomes a short token, with no static credential", async () => {
    const options = await optionsFor({ uri: SPIFFE_ID });
    const login = await logIn(options, { kind: "certificate", name: "console" });
    expect(login).toMatchObject({ policies: ["console", "default"], ttlSeconds: 300 });
    const token = tokenSource(() => logIn(options, { kind: "certificate" }));
    const client = new OpenBaoClient({ ...options, token });
    expect((await client.lookupSelf()).policies).toEqual(["console", "default"]);
    await client.close();
  });

  test("another workload, another authority and no certificate at all are refused", async () => {
    const refused = { failure: expect.stringMatching(/invalid|permission_denied/) };
    const other = await optionsFor({ uri: "spiffe://sovereign.example/other" });
    await expect(logIn(other, { kind: "certificate" })).rejects.toMatchObject(refused);
    const foreign = await makeTestAuthority("Elsewhere");
    const stranger = await optionsFor({ uri: SPIFFE_ID }, foreign);
    await expect(logIn(stranger, { kind: "certificate" })).rejects.toMatchObject(refused);
    const bare = { address: peer.address, tls: { ca: peer.ca }, maxAttempts: 1 };
    await expect(logIn(bare, { kind: "certificate" })).rejects.toMatchObject(refused);
  });

  test("a server of an unknown authority is not spoken to", async () => {
    const blind = { address: peer.address, maxAttempts: 1 };
    const login = logIn(blind, { kind: "certificate" });
    await expect(login).rejects.toMatchObject({ failure: "unreachable", changedNothing: true });
  });

  async function optionsFor(names: { uri: string }, by = authority) {
    const { certificate, privateKey } = await by.issue({ commonName: "console", ...names });
    const tls = { ca: peer.ca, certificate, privateKey: SecretValue.of(privateKey) };
    return { address: peer.address, maxAttempts: 1, tls };
  }

  async function setUp(path: string, body: object): Promise<number> {
    const dispatcher = new Agent({ connect: { ca: peer.ca } });
    const { statusCode } = await request(`${peer.address}/v1/${path}`, {
      method: "POST",
      dispatcher,
      headers: { "x-vault-token": peer.token, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await dispatcher.close();
    return statusCode;
  }
});
