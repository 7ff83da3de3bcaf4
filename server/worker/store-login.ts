import "server-only";
import { readFile } from "node:fs/promises";
import { type Login, type LoginMethod, logIn } from "#server/integrations/openbao/login.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { OpenBaoOptions } from "#server/integrations/openbao/openbao-http.ts";
import { tokenSource } from "#server/integrations/openbao/token-source.ts";
import { type Env, env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { tokenFile } from "./token-file.ts";

/** Where Kubernetes puts the token of a pod's service account. */
const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** Told of each login to a store: when the token ends, or why there is none. */
export type LoginReport = (address: string, outcome: Login | OpenBaoError) => void;

/**
 * How the console reaches one OpenBao, as its settings say: the address, namespace and certificates,
 * and a token that is logged in for, renewed before it ends and replaced when it was refused.
 */
export async function storeOptions(
  address: string,
  report: LoginReport = () => undefined,
  settings: Env = env(),
): Promise<OpenBaoOptions> {
  const options = await connection(address, settings);
  const method = loginMethod(settings);
  if (!method) return { ...options, token: tokenFile(settings.OPENBAO_TOKEN_FILE ?? "") };
  const login = async () => {
    try {
      const made = await logIn(await connection(address, settings), method);
      report(address, made);
      return made;
    } catch (error) {
      const failed = refusal(method.kind, error);
      report(address, failed);
      throw failed;
    }
  };
  return { ...options, token: tokenSource(login) };
}

/** A wrong identity and one that can't be read are a refusal of ours like any other. */
function refusal(kind: string, error: unknown): OpenBaoError {
  if (!(error instanceof OpenBaoError)) {
    const why = " (our identity can't be read)";
    return new OpenBaoError("permission_denied", `${kind} login`, null, why);
  }
  if (error.failure !== "invalid" && error.failure !== "not_found") return error;
  return new OpenBaoError("permission_denied", `${kind} login`, error.status);
}

/** Null with a static token. */
function loginMethod(settings: Env): LoginMethod | null {
  const { OPENBAO_AUTH: kind, OPENBAO_ROLE: role = "", OPENBAO_AUTH_MOUNT: mount } = settings;
  const at = mount ? { mount } : {};
  switch (kind) {
    case "token":
      return null;
    case "cert":
      return { kind: "certificate", ...(role ? { name: role } : {}), ...at };
    case "jwt":
      return { kind, role, jwt: () => textOf(settings.OPENBAO_JWT_FILE ?? ""), ...at };
    case "kubernetes":
      return {
        kind,
        role,
        jwt: () => textOf(settings.OPENBAO_JWT_FILE ?? SERVICE_ACCOUNT_TOKEN),
        ...at,
      };
  }
}

async function connection(address: string, settings: Env) {
  const { OPENBAO_NAMESPACE: namespace } = settings;
  const pem = (path: string | undefined) => (path ? readFile(path, "utf8") : undefined);
  const [ca, certificate, key] = await Promise.all([
    pem(settings.OPENBAO_CA_FILE),
    pem(settings.OPENBAO_CLIENT_CERT_FILE),
    pem(settings.OPENBAO_CLIENT_KEY_FILE),
  ]);
  const tls = {
    ...(ca ? { ca } : {}),
    ...(certificate ? { certificate } : {}),
    ...(key ? { privateKey: SecretValue.of(key) } : {}),
  };
  return {
    address,
    ...(namespace ? { namespace } : {}),
    ...(Object.keys(tls).length > 0 ? { tls } : {}),
  };
}

async function textOf(path: string): Promise<SecretValue> {
  const text = (await readFile(path, "utf8")).trim();
  if (text === "") throw new Error(`the token file ${path} is empty`);
  return SecretValue.of(text);
}
