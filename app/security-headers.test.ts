import { describe, expect, it } from "vitest";
import { commonHeaders, DATA_POLICY, pagePolicy } from "./security-headers.ts";

const demo = { nonce: "bm9uY2U=", isProduction: false, identityOrigins: ["http://127.0.0.1:9"] };
const directives = (policy: string) =>
  new Map(policy.split("; ").map((part) => [part.split(" ")[0], part.split(" ").slice(1)]));

describe("page policy", () => {
  it("lets scripts run by nonce only", () => {
    const script = directives(pagePolicy(demo)).get("script-src");
    expect(script).toEqual(["'nonce-bm9uY2U='", "'strict-dynamic'"]);
    expect(pagePolicy(demo)).not.toContain("unsafe");
  });

  it("is framed by nobody and sends forms to us and the allow-listed issuers only", () => {
    const found = directives(pagePolicy(demo));
    expect(found.get("frame-ancestors")).toEqual(["'none'"]);
    expect(found.get("default-src")).toEqual(["'none'"]);
    expect(found.get("base-uri")).toEqual(["'none'"]);
    expect(found.get("form-action")).toEqual(["'self'", "http://127.0.0.1:9"]);
  });

  it("upgrades plain requests in production, not on a demo's localhost", () => {
    expect(pagePolicy(demo)).not.toContain("upgrade-insecure-requests");
    expect(pagePolicy({ ...demo, isProduction: true })).toContain("upgrade-insecure-requests");
  });
});

describe("common headers", () => {
  it("asks for TLS for two years in production only", () => {
    expect(commonHeaders(false)).not.toHaveProperty("Strict-Transport-Security");
    expect(commonHeaders(true)["Strict-Transport-Security"]).toMatch(/^max-age=63072000/);
  });

  it("forbids sniffing, framing, foreign embedding and devices", () => {
    const headers = commonHeaders(false);
    expect(headers["X-Content-Type-Options"]).toBe("nosniff");
    expect(headers["Cross-Origin-Resource-Policy"]).toBe("same-origin");
    expect(headers["Permissions-Policy"]).toContain("camera=()");
    expect(headers["Permissions-Policy"]).toContain("publickey-credentials-get=(self)");
    expect(DATA_POLICY).toMatch(/^default-src 'none'; frame-ancestors 'none'/);
  });
});
