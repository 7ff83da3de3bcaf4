import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import { type Failure, failureOf, namedBy, type Reading, UNKNOWN_ENVIRONMENT } from "./reading.ts";

const AT_ONCE = 8;
const MAX_SECRETS = 1_000_000;
const MAX_DEPTH = 30;
const KV_PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/**
 * Lists the names below the tenant's prefix; no value is read. One folder that can't be listed makes
 * the reading less than whole, and what else was listed still counts as seen.
 */
export async function readKv(kv: Pick<KvV2, "list">, tenant: string): Promise<Reading> {
  const paths: string[] = [];
  const folders = [tenant];
  let failure: Failure | null = null;
  const fail = (next: Failure) => {
    failure ??= next;
  };
  const listFolder = async (folder: string): Promise<void> => {
    try {
      for (const name of await kv.list(folder)) {
        const path = `${folder}/${name}`.replace(/\/$/, "");
        if (!name.endsWith("/")) {
          if (path.length <= 400 && KV_PATH.test(path)) paths.push(path);
          else
            fail({ code: "odd-name", text: `A name below ${folder} can't be bound: rename it.` });
        } else if (path.split("/").length > MAX_DEPTH) {
          fail({ code: "too-deep", text: `Folders below ${folder} are too deep.` });
        } else folders.push(path);
      }
    } catch (error) {
      const why = failureOf(error);
      fail({ ...why, text: `${folder}/: ${why.text}`.slice(0, 1_000) });
    }
  };
  while (folders.length > 0) {
    await Promise.all(folders.splice(0, AT_ONCE).map(listFolder));
    if (paths.length > MAX_SECRETS) {
      fail({ code: "too-many", text: `More than ${MAX_SECRETS} secrets below ${tenant}/.` });
      paths.length = MAX_SECRETS;
      break;
    }
  }
  return {
    sources: [{ source: "openbao-kv", place: `${tenant}/`, failure, found: paths.length }],
    whole: failure ? [] : [{ store: "openbao", prefix: `${tenant}/` }],
    found: paths.map((path) => {
      const { name, environment = UNKNOWN_ENVIRONMENT } = namedBy(tenant, path);
      return { store: "openbao", path, name, environment, class: "manual" };
    }),
    references: [],
  };
}
