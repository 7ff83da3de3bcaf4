import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const Target = z.strictObject({
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});
export type Target = z.infer<typeof Target>;
const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
/** Who wrote it by hand, as `metadata.managedFields` tells it. */
const By = z.strictObject({
  manager: z.string(),
  at: z.iso.datetime(),
  fields: z.record(z.string(), z.unknown()),
});

/** One thing that is in the demo's cluster otherwise than in its repository; each says why in `story`. */
const DemoDrift = z.union([
  /** Changed by hand in the cluster: RFC 6901 pointers and what stands there. */
  z.strictObject({
    story: z.string(),
    change: z.array(Target).min(1),
    set: z.record(z.string().startsWith("/"), z.unknown()),
    by: By.optional(),
  }),
  /** In the cluster alone: as it is written here, or an object of the demo's that the repository lacks. */
  z.strictObject({ story: z.string(), add: Manifest, by: By.optional() }),
  z.strictObject({ story: z.string(), unmanaged: Target, by: By.optional() }),
  /** In the repository alone. */
  z.strictObject({ story: z.string(), missing: Manifest }),
]);
export type DemoDrift = z.infer<typeof DemoDrift>;

/** What drifted in a demo cluster: every document of its folder in `deploy/demo-drift`. */
export function readDemoDrift(folder: string): DemoDrift[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort()
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(folder, name), "utf8")).map((document) =>
        DemoDrift.parse(document.toJS()),
      ),
    );
}
