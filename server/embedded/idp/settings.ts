import { resolve } from "node:path";
import { z } from "zod";
import { DEMO_SOVEREIGNS } from "../../features/identity/realms/demo-sovereigns.ts";

const Settings = z.object({
  CONSOLE_MODE: z.literal("demo", {
    error: "the development identity provider runs in CONSOLE_MODE=demo only, never in production",
  }),
  CONSOLE_URL: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/$/, "")),
  DEV_IDP_PORT: z.coerce.number().int().min(0).max(65535),
  DEV_IDP_DIR: z
    .string()
    .min(1)
    .transform((path) => resolve(path)),
  DEMO: z.enum(["omantel", "bankdhofar"]).default("omantel"),
});

/** Reads the environment once; throws one sentence for each thing that is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv) {
  const parsed = Settings.safeParse(environment);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const sovereign = DEMO_SOVEREIGNS.find((each) => each.name === parsed.data.DEMO);
  if (!sovereign) throw new Error(`no demo named ${parsed.data.DEMO}`);
  return { ...parsed.data, sovereign };
}
