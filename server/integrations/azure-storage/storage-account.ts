import type { TokenCredential } from "@azure/identity";
import { Agent, request } from "undici";
import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { AzureStorageError, failureOfStatus, failureOfTransport } from "./azure-storage-error.ts";
import { sharedKeyHeaders } from "./shared-key.ts";

export interface StorageAccountOptions {
  /** e.g. `https://management.azure.com`. */
  managerUrl: string;
  credential: TokenCredential;
  /** PEM of an authority besides the system's. */
  ca?: string;
  timeoutMillis?: number;
}

export interface StorageAccountName {
  subscription: string;
  resourceGroup: string;
  account: string;
}

export interface StorageKey {
  name: string;
  value: SecretValue;
  /** When Azure made it, in its words; null for keys from before it noted that. */
  madeAt: string | null;
}

const API_VERSION = "2023-05-01";
const KeysBody = z.object({
  keys: z.array(
    z.object({
      keyName: z.string(),
      value: z.base64().min(1),
      creationTime: z.string().nullish(),
    }),
  ),
});
const AccountBody = z.object({
  properties: z.object({ primaryEndpoints: z.object({ blob: z.url({ protocol: /^https$/ }) }) }),
});

/** The two keys of a storage account, through Azure Resource Manager; tried at the account's own door. */
export class StorageAccount {
  readonly #options: StorageAccountOptions;
  readonly #name: StorageAccountName;
  readonly #agent: Agent;

  constructor(options: StorageAccountOptions, name: StorageAccountName) {
    this.#options = options;
    this.#name = name;
    this.#agent = new Agent({ connect: options.ca ? { ca: options.ca } : {} });
  }

  /** Both keys; throws `outcome_unknown` when there are not two. */
  async keys(): Promise<StorageKey[]> {
    const { keys } = await this.#manage("key list", "POST", "/listKeys", KeysBody);
    const found = keys
      .filter(({ keyName }) => keyName === "key1" || keyName === "key2")
      .map(({ keyName, value, creationTime }) => ({
        name: keyName,
        value: SecretValue.of(value),
        madeAt: creationTime ?? null,
      }));
    if (found.length !== 2) throw new AzureStorageError("outcome_unknown", "key list");
    return found;
  }

  /** The slot gets another key; the one it had is refused from then on. Sent once. */
  async regenerate(slot: string): Promise<void> {
    await this.#manage("key regenerate", "POST", "/regenerateKey", KeysBody, { keyName: slot });
  }

  /** Whether the account's blob service takes requests signed with this key. */
  async tryOut(key: SecretValue): Promise<"accepted" | "refused"> {
    const { account } = this.#name;
    const { properties } = await this.#manage("account read", "GET", "", AccountBody);
    const url = new URL("/?restype=service&comp=properties", properties.primaryEndpoints.blob);
    const { status, text } = await this.#send("key trial", {
      url,
      method: "GET",
      headers: sharedKeyHeaders(account, key, new Date()),
    });
    if (status === 200) return "accepted";
    if (status === 403 && /<Code>AuthenticationFailed<\/Code>/.test(text)) return "refused";
    throw new AzureStorageError(failureOfStatus(status), "key trial", status);
  }

  async #manage<T>(
    operation: string,
    method: "GET" | "POST",
    action: string,
    shape: z.ZodType<T>,
    body?: unknown,
  ): Promise<T> {
    const { status, text } = await this.#send(operation, {
      url: this.#url(action),
      method,
      headers: {
        authorization: `Bearer ${await this.#token(operation)}`,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (status !== 200) throw new AzureStorageError(failureOfStatus(status), operation, status);
    try {
      return shape.parse(JSON.parse(text));
    } catch {
      throw new AzureStorageError("outcome_unknown", operation, status);
    }
  }

  #url(action: string): URL {
    const { subscription, resourceGroup, account } = this.#name;
    const [s, g, a] = [subscription, resourceGroup, account].map(encodeURIComponent);
    const path = `/subscriptions/${s}/resourceGroups/${g}/providers/Microsoft.Storage/storageAccounts/${a}${action}`;
    return new URL(`${path}?api-version=${API_VERSION}`, this.#options.managerUrl);
  }

  async #token(operation: string): Promise<string> {
    const { credential, managerUrl } = this.#options;
    try {
      const found = await credential.getToken(`${new URL(managerUrl).origin}/.default`);
      if (found) return found.token;
    } catch {
      // What the identity's library says may name the token's file or its answer.
    }
    throw new AzureStorageError("permission_denied", operation);
  }

  async #send(
    operation: string,
    call: {
      url: URL;
      method: "GET" | "POST";
      headers: Record<string, string>;
      body?: string | undefined;
    },
  ): Promise<{ status: number; text: string }> {
    try {
      const { statusCode, body } = await request(call.url, {
        dispatcher: this.#agent,
        method: call.method,
        headers: call.headers,
        body: call.body ?? null,
        signal: AbortSignal.timeout(this.#options.timeoutMillis ?? 10_000),
      });
      return { status: statusCode, text: await body.text() };
    } catch (error) {
      throw new AzureStorageError(failureOfTransport(error), operation);
    }
  }
}
