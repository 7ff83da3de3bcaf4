import "server-only";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { env } from "#server/platform/env/env.ts";

/** One region's own OpenBao cluster, as the operator configured it. */
const RegionConfig = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be lower-case letters, digits and dashes"),
  displayName: z.string().trim().min(1, "must not be empty").max(120),
  /** Of the nodes of the region's Raft cluster, or of one name that leads to its active node. */
  addresses: z
    .array(z.url({ protocol: /^https?$/, error: "must be an http(s) address" }))
    .min(1)
    .max(9),
  role: z.enum(["primary", "read-only"]),
  /** How what is written in the primary gets here; OpenBao does not do it by itself. */
  replication: z.enum(["none", "storage-snapshot", "other"]).default("none"),
  /** What the region holds may be this old before it counts as too old. */
  maxLagSeconds: z.number().int().min(1).max(604_800).default(900),
  /** A token that may read `sys/` and the metadata of secrets there; default: OPENBAO_TOKEN_FILE. */
  tokenFile: z.string().min(1).optional(),
});
export type RegionConfig = z.infer<typeof RegionConfig>;

const RegionsConfig = z
  .array(RegionConfig)
  .min(1, "must name at least one region")
  .max(20)
  .superRefine((regions, context) => {
    const twice = (values: string[]) => values.find((value, at) => values.indexOf(value) !== at);
    const name = twice(regions.map((region) => region.name));
    if (name) context.addIssue(`the region ${name} is named twice`);
    const address = twice(
      regions.flatMap((region) => region.addresses.map((each) => new URL(each).origin)),
    );
    if (address) context.addIssue(`the address ${address} stands in two places`);
    const primaries = regions.filter(({ role }) => role === "primary");
    if (primaries.length !== 1) {
      context.addIssue(`exactly one region must be the primary, not ${primaries.length}`);
    }
  });

/** What `REGIONS_CONFIG` holds: JSON, or the path of a file with it. Throws an error that names every fault. */
export function parseRegionsConfig(setting: string, mode: "demo" | "production"): RegionConfig[] {
  const text = setting.trimStart().startsWith("[") ? setting : readFileSync(setting, "utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`REGIONS_CONFIG is not JSON: ${(error as Error).message}`);
  }
  const parsed = RegionsConfig.safeParse(json);
  const faults = parsed.success
    ? plainAddresses(parsed.data, mode)
    : parsed.error.issues.map(({ path, message }) => `${path.join(".") || "regions"}: ${message}`);
  if (!parsed.success || faults.length > 0) {
    throw new Error(`REGIONS_CONFIG is not valid:\n  ${faults.join("\n  ")}`);
  }
  return parsed.data;
}

function plainAddresses(regions: readonly RegionConfig[], mode: "demo" | "production"): string[] {
  if (mode === "demo") return [];
  return regions.flatMap(({ name, addresses }) =>
    addresses
      .filter((address) => !address.startsWith("https://"))
      .map((address) => `${name}: ${address}: production needs https://`),
  );
}

/** The regions of this installation; without `REGIONS_CONFIG` the one OpenBao it has is the only one. */
export function configuredRegions(): RegionConfig[] {
  const { REGIONS_CONFIG, OPENBAO_ADDR, CONSOLE_MODE } = env();
  if (REGIONS_CONFIG) return parseRegionsConfig(REGIONS_CONFIG, CONSOLE_MODE);
  return [
    {
      name: "main",
      displayName: "Main",
      addresses: [OPENBAO_ADDR],
      role: "primary",
      replication: "none",
      maxLagSeconds: 900,
    },
  ];
}
