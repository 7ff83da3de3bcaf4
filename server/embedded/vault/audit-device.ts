import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import type { VaultRequest } from "./request.ts";
import { hashToken, type VaultStore } from "./vault-store.ts";

const OPERATIONS: Record<VaultRequest["method"], string> = {
  GET: "read",
  HEAD: "read",
  LIST: "list",
  POST: "update",
  PATCH: "patch",
  DELETE: "delete",
};

export interface AnsweredCall {
  request: VaultRequest;
  status: number;
  address: string;
}

/**
 * Writes one line for each answered call, as OpenBao's `file` audit device does: who, from where, which
 * operation on which path. Bodies and tokens are left out altogether, so no value can be in it.
 */
export function auditDevice(file: string, store: VaultStore): (call: AnsweredCall) => void {
  const log = createWriteStream(file, { flags: "a", mode: 0o600 });
  return ({ request, status, address }) => {
    const tokens = store.isSealed ? {} : store.state.tokens;
    const entry = request.token ? tokens[hashToken(request.token)] : undefined;
    const line = {
      time: new Date().toISOString(),
      type: "response",
      auth: entry ? { display_name: entry.displayName, policies: entry.policies } : {},
      request: {
        id: randomUUID(),
        operation: OPERATIONS[request.method],
        path: request.namespace + request.path,
        remote_address: address,
      },
      ...(status >= 400 ? { error: String(status) } : {}),
    };
    log.write(`${JSON.stringify(line)}\n`);
  };
}
