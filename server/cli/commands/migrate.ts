import pg from "pg";
import { ensureDatabase } from "#server/platform/db/ensure-database.ts";
import {
  APPLICATION_LOGINS,
  ensureLogins,
  type LoginPasswords,
  MIGRATOR_LOGIN,
} from "#server/platform/db/logins.ts";
import { migrate } from "#server/platform/db/migrate.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Makes the logins (when an administrator's connection is given) and applies what is pending. */
export const migrateCommand: Command = {
  usage: "migrate",
  summary:
    "applies pending migrations as DATABASE_URL_MIGRATOR; with DATABASE_URL_ADMIN makes the logins (with the passwords of the DATABASE_URL_* variables) and the database first",
  async run(args, { out }) {
    if (args.length > 0)
      throw new UsageError("migrate takes no arguments: it reads the environment.");
    const connectionString = required("DATABASE_URL_MIGRATOR");
    const tenantContextKey = required("TENANT_CONTEXT_KEY");
    if (!/^[0-9a-f]{64}$/.test(tenantContextKey))
      throw new UsageError("TENANT_CONTEXT_KEY must be 64 hexadecimal digits.");
    const admin = process.env.DATABASE_URL_ADMIN;
    if (admin) {
      await makeLogins(admin);
      out("logins: ready");
      const name = databaseOf(connectionString);
      if (await ensureDatabase(admin, name)) out(`database ${name}: made`);
    }
    const applied = await migrate({ connectionString, tenantContextKey });
    for (const name of applied) out(`applied ${name}`);
    out(applied.length === 0 ? "nothing to apply" : `${applied.length} applied`);
    return EXIT.fine;
  },
};

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new UsageError(`${name} is not set. See README.md, "Configuration".`);
  return value;
}

async function makeLogins(adminUrl: string): Promise<void> {
  const passwords = Object.fromEntries(
    [...APPLICATION_LOGINS, MIGRATOR_LOGIN].map((login) => {
      const variable = `DATABASE_URL_${login.slice("console_".length).toUpperCase()}`;
      const url = new URL(required(variable));
      if (url.username !== login || url.password === "")
        throw new UsageError(`${variable} must name the login ${login} and its password.`);
      return [login, decodeURIComponent(url.password)];
    }),
  ) as LoginPasswords;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await ensureLogins(client, passwords);
  } finally {
    await client.end();
  }
}

function databaseOf(connectionString: string): string {
  const name = decodeURIComponent(new URL(connectionString).pathname.slice(1));
  if (name === "") throw new UsageError("DATABASE_URL_MIGRATOR must name a database.");
  return name;
}
