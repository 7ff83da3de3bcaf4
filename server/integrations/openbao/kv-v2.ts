import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { OpenBaoError, oddAnswer } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";
import { parseBody } from "./parse-body.ts";

/** Fields of a secret on their way: every value is opaque. */
export type SecretFields = Readonly<Record<string, SecretValue>>;

export interface KvVersionInfo {
  version: number;
  createdTime: string;
  deletionTime: string | null;
  isDestroyed: boolean;
}

/** What a path holds at a version. `deleted` and `destroyed` are OpenBao's 404 with metadata. */
export type KvRead =
  | { kind: "found"; fields: SecretFields; info: KvVersionInfo }
  | { kind: "deleted" | "destroyed"; info: KvVersionInfo }
  | { kind: "absent" };

export interface KvMetadata {
  currentVersion: number;
  oldestVersion: number;
  maxVersions: number;
  customMetadata: Record<string, string>;
  versions: KvVersionInfo[];
}

const VersionInfo = z.object({
  created_time: z.string(),
  deletion_time: z.string(),
  destroyed: z.boolean(),
});
const VersionMetadata = VersionInfo.extend({ version: z.number().int() });
const ReadBody = z.object({
  data: z.object({
    data: z.record(z.string(), z.unknown()).nullable(),
    metadata: VersionMetadata,
  }),
});
const WriteBody = z.object({ data: VersionMetadata });
const MetadataBody = z.object({
  data: z.object({
    current_version: z.number().int(),
    oldest_version: z.number().int(),
    max_versions: z.number().int(),
    custom_metadata: z.record(z.string(), z.string()).nullable(),
    versions: z.record(z.string(), VersionInfo),
  }),
});
const ListBody = z.object({ data: z.object({ keys: z.array(z.string()) }) });

/** KV version 2 below one mount. Paths are given without mount and without leading slash. */
export class KvV2 {
  readonly #http: OpenBaoHttp;
  readonly #mount: string;

  constructor(http: OpenBaoHttp, mount = "secret") {
    this.#http = http;
    this.#mount = mount;
  }

  /** Version 0 means the current one. */
  async read(path: string, version = 0): Promise<KvRead> {
    const { status, body } = await this.#http.call({
      operation: "kv read",
      method: "GET",
      path: `${this.#url("data", path)}${version > 0 ? `?version=${version}` : ""}`,
      isRepeatable: true,
      expect: [404],
    });
    // A missing mount or namespace is a fault in our configuration, not an absent secret.
    if (status === 404 && Array.isArray(body.errors)) {
      if (body.errors.length === 0) return { kind: "absent" };
      throw new OpenBaoError("not_found", "kv read", 404);
    }
    const { data } = parseBody(ReadBody, body, "kv read");
    const info = toInfo(data.metadata.version, data.metadata);
    if (version > 0 && info.version !== version) throw oddAnswer("kv read", "contradiction");
    if (data.metadata.destroyed) return { kind: "destroyed", info };
    if (data.data === null) return { kind: "deleted", info };
    return { kind: "found", fields: wrap(data.data), info };
  }

  /**
   * Writes a version when the current one is `cas` (0 = the key must not exist); answers its number.
   * Not repeated once sent: after `outcome_unknown`, read and compare.
   */
  async write(path: string, fields: SecretFields, cas: number): Promise<number> {
    const data = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value.reveal()]),
    );
    const { body } = await this.#http.call({
      operation: "kv write",
      method: "POST",
      path: this.#url("data", path),
      body: { data, options: { cas } },
      isRepeatable: false,
    });
    const { version } = parseBody(WriteBody, body, "kv write").data;
    if (version !== cas + 1) throw oddAnswer("kv write", "contradiction");
    return version;
  }

  async deleteVersions(path: string, versions: number[]): Promise<void> {
    await this.#changeVersions("delete", path, versions);
  }

  async undeleteVersions(path: string, versions: number[]): Promise<void> {
    await this.#changeVersions("undelete", path, versions);
  }

  /** Irrevocable. Destroying what is destroyed or absent is no error. */
  async destroyVersions(path: string, versions: number[]): Promise<void> {
    await this.#changeVersions("destroy", path, versions);
  }

  /** Null when the key does not exist. */
  async metadata(path: string): Promise<KvMetadata | null> {
    const { status, body } = await this.#http.call({
      operation: "kv metadata",
      method: "GET",
      path: this.#url("metadata", path),
      isRepeatable: true,
      expect: [404],
    });
    if (status === 404) return absentOrThrow(body, "kv metadata");
    const { data } = parseBody(MetadataBody, body, "kv metadata");
    const isAhead = Object.keys(data.versions).some((key) => Number(key) > data.current_version);
    if (isAhead) throw oddAnswer("kv metadata", "contradiction");
    return {
      currentVersion: data.current_version,
      oldestVersion: data.oldest_version,
      maxVersions: data.max_versions,
      customMetadata: data.custom_metadata ?? {},
      versions: Object.entries(data.versions)
        .map(([number, info]) => toInfo(Number(number), info))
        .sort((a, b) => a.version - b.version),
    };
  }

  /** Removes the key with all its versions. Removing what is absent is no error. */
  async deleteKey(path: string): Promise<void> {
    await this.#http.call({
      operation: "kv metadata delete",
      method: "DELETE",
      path: this.#url("metadata", path),
      isRepeatable: true,
    });
  }

  async setMetadata(
    path: string,
    settings: { maxVersions?: number; customMetadata?: Record<string, string> },
  ): Promise<void> {
    await this.#http.call({
      operation: "kv metadata write",
      method: "POST",
      path: this.#url("metadata", path),
      body: { max_versions: settings.maxVersions, custom_metadata: settings.customMetadata },
      isRepeatable: true,
    });
  }

  /** Names directly below a folder, subfolders with a slash; none is an empty list. */
  async list(folder: string): Promise<string[]> {
    const { status, body } = await this.#http.call({
      operation: "kv list",
      method: "GET",
      path: `${this.#url("metadata", folder).replace(/\/+$/, "")}/?list=true`,
      isRepeatable: true,
      expect: [404],
    });
    if (status === 404) return absentOrThrow(body, "kv list") ?? [];
    return parseBody(ListBody, body, "kv list").data.keys;
  }

  async #changeVersions(area: string, path: string, versions: number[]): Promise<void> {
    await this.#http.call({
      operation: `kv ${area}`,
      method: "POST",
      path: this.#url(area, path),
      body: { versions },
      isRepeatable: true,
    });
  }

  #url(area: string, path: string): string {
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    return `${this.#mount}/${area}/${encoded}`;
  }
}

/** OpenBao says "absent" as a 404 without errors; with errors it means a wrong mount or namespace. */
function absentOrThrow(body: Record<string, unknown>, operation: string): null {
  if (Array.isArray(body.errors) && body.errors.length === 0) return null;
  throw new OpenBaoError("not_found", operation, 404);
}

function toInfo(version: number, info: z.infer<typeof VersionInfo>): KvVersionInfo {
  return {
    version,
    createdTime: info.created_time,
    deletionTime: info.deletion_time === "" ? null : info.deletion_time,
    isDestroyed: info.destroyed,
  };
}

function wrap(data: Record<string, unknown>): SecretFields {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      SecretValue.of(typeof value === "string" ? value : JSON.stringify(value)),
    ]),
  );
}
