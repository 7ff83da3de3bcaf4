import { rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { z } from "zod";
import { auditDevice } from "./audit-device.ts";
import { devHook } from "./dev-hook.ts";
import { followStorage } from "./follow-storage.ts";
import { createVaultServer } from "./vault-server.ts";
import { VaultStore } from "./vault-store.ts";

/** The development vault's own process. It never runs in production and logs no path and no value. */
const env = z
  .object({
    CONSOLE_MODE: z.literal("demo", {
      error: "The development vault runs only with CONSOLE_MODE=demo; connect a real OpenBao.",
    }),
    DEV_VAULT_PORT: z.coerce.number().int().min(0).max(65_535).default(8200),
    DEV_VAULT_DIR: z.string().min(1),
    DEV_VAULT_ROOT_TOKEN_FILE: z.string().min(1),
    /** The directory of another development vault, whose storage is restored here again and again. */
    DEV_VAULT_FOLLOWS: z.string().min(1).optional(),
    DEV_VAULT_FOLLOW_MILLIS: z.coerce.number().int().min(50).default(3_000),
    /** Where a follower takes the order to be the primary: the demo's stand-in for an operator's hook. */
    DEV_VAULT_HOOK_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    DEV_VAULT_STANDBY: z.enum(["true", "false"]).default("false"),
    LOG_LEVEL: z.string().default("info"),
  })
  .safeParse(process.env);

const log = pino({ name: "dev-vault", level: env.data?.LOG_LEVEL ?? "info" });
if (!env.success) {
  log.fatal(z.prettifyError(env.error));
  process.exit(2);
}

const store = new VaultStore(env.data.DEV_VAULT_DIR);
store.adoptRootToken(env.data.DEV_VAULT_ROOT_TOKEN_FILE);
const server = createVaultServer({
  store,
  isStandby: env.data.DEV_VAULT_STANDBY === "true",
  onFailure: (error) => log.error({ failure: (error as Error).name }, "a call failed"),
  onAnswered: auditDevice(join(env.data.DEV_VAULT_DIR, "audit.log"), store),
});

const {
  DEV_VAULT_FOLLOWS: followed,
  DEV_VAULT_FOLLOW_MILLIS: pause,
  DEV_VAULT_HOOK_PORT: hookPort,
} = env.data;
const follower = followed
  ? followStorage({
      store,
      followed,
      pause,
      ownDirectory: env.data.DEV_VAULT_DIR,
      onFailure: (error) =>
        log.warn(
          { failure: (error as Error).name },
          "the other vault's storage could not be restored",
        ),
    })
  : null;
const hook = follower && hookPort !== undefined ? devHook(follower) : null;
hook?.listen(hookPort, "127.0.0.1");

/** Tells whoever started us the port that was really taken (`DEV_VAULT_PORT=0`). */
const portFile = join(env.data.DEV_VAULT_DIR, "port");
server.listen(env.data.DEV_VAULT_PORT, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  writeFileSync(portFile, String(port));
  log.info({ port }, "the development vault listens");
});
server.on("error", (error) => {
  log.fatal({ code: (error as NodeJS.ErrnoException).code }, "the development vault cannot listen");
  process.exit(1);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    rmSync(portFile, { force: true });
    follower?.stop();
    hook?.close();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
