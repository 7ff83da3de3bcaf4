import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { EngineCalls, enginePath } from "./engine-calls.ts";
import { OpenBaoHttp, type OpenBaoOptions } from "./openbao-http.ts";

/** How we come by a token without holding a static one. */
export type LoginMethod =
  | { kind: "jwt"; role: string; jwt: () => Promise<SecretValue>; mount?: string }
  /** The projected service-account token, read anew for each login: Kubernetes replaces it. */
  | { kind: "kubernetes"; role: string; jwt: () => Promise<SecretValue>; mount?: string }
  /** The certificate of `OpenBaoOptions.tls`, an X.509 SVID for one. */
  | { kind: "certificate"; name?: string; mount?: string };

export interface Login {
  token: SecretValue;
  policies: string[];
  /** 0 = does not expire. */
  ttlSeconds: number;
  isRenewable: boolean;
}

const LoginBody = z.object({
  auth: z.object({
    client_token: z.string().min(1),
    policies: z.array(z.string()),
    lease_duration: z.number(),
    renewable: z.boolean(),
  }),
});

/**
 * Exchanges what identifies us for a token. OpenBao refuses a wrong identity with 400 or 403:
 * `invalid` or `permission_denied`. Logging in twice makes two tokens and harms nothing.
 */
export async function logIn(
  options: Omit<OpenBaoOptions, "token">,
  method: LoginMethod,
): Promise<Login> {
  const http = new OpenBaoHttp(options);
  try {
    const path = enginePath(`auth/${method.mount ?? MOUNTS[method.kind]}`, "login");
    const calls = new EngineCalls(http);
    const body = await loginBody(method);
    const { auth } = await calls.send(`${method.kind} login`, path, body, LoginBody, true);
    return {
      token: SecretValue.of(auth.client_token),
      policies: auth.policies,
      ttlSeconds: auth.lease_duration,
      isRenewable: auth.renewable,
    };
  } finally {
    await http.close();
  }
}

const MOUNTS = { jwt: "jwt", kubernetes: "kubernetes", certificate: "cert" } as const;

async function loginBody(method: LoginMethod): Promise<Record<string, string>> {
  if (method.kind === "certificate") return method.name ? { name: method.name } : {};
  return { role: method.role, jwt: (await method.jwt()).reveal() };
}
