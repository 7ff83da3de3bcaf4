import { afterEach, expect, test, vi } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { refreshGrant } from "./refresh-grant.ts";

const ISSUER = "https://id.example/realms/a";
const CANARY = "eyJcanary4711";

/** An issuer whose token endpoint answers with this text. */
function answering(text: string, status = 200): void {
  vi.stubGlobal("fetch", async (url: string | URL) =>
    String(url).includes("/.well-known/")
      ? Response.json({
          issuer: ISSUER,
          authorization_endpoint: `${ISSUER}/auth`,
          token_endpoint: `${ISSUER}/token`,
          jwks_uri: `${ISSUER}/keys`,
        })
      : new Response(text, { status }),
  );
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const redeem = () =>
  refreshGrant({
    issuer: ISSUER,
    clientId: "console",
    clientSecret: SecretValue.of("not-asked-for"),
    refreshToken: "refresh",
  });

function everyWord(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message}\n${error.stack}\n${everyWord(error.cause)}`;
}

test.each([
  ["is no JSON", `${CANARY}`],
  ["breaks off inside a token", `{"access_token":"${CANARY}"${CANARY}`],
  ["has another shape", JSON.stringify({ access_token: [CANARY], expires_in: CANARY })],
])("an answer that %s shows nothing of itself in the error", async (_, text) => {
  answering(text);
  const error = await redeem().then(
    () => expect.unreachable(),
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code: "unavailable" });
  expect(everyWord(error)).not.toMatch(/canary|eyJ/);
});

test("only the issuer's own word ends a grant", async () => {
  answering('{"error":"invalid_grant"}', 400);
  expect(await redeem()).toBe("refused");
  answering('{"error":"invalid_client"}', 401);
  await expect(redeem()).rejects.toMatchObject({ code: "unavailable" });
});
