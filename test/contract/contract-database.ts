import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface ContractDatabase {
  host: string;
  port: number;
  database: string;
  /** What OpenBao signs in with; superuser, in a database of this run only. */
  username: string;
  password: string;
  query(text: string): Promise<Record<string, unknown>[]>;
  /** Makes a role that can sign in with this password; dropped at the end. */
  role(password: string): Promise<string>;
  canSignIn(username: string, password: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** The run's own Postgres, with a superuser of its own for OpenBao. */
export async function contractDatabase(): Promise<ContractDatabase> {
  const { port, superuserPassword } = inject("cluster");
  const where = { host: "127.0.0.1", port, database: "postgres" };
  const admin = new pg.Client({ ...where, user: "postgres", password: superuserPassword });
  await admin.connect();
  const username = `vaultadmin_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  await admin.query(`CREATE ROLE ${username} SUPERUSER LOGIN PASSWORD '${password}'`);
  const roles = [username];
  return {
    ...where,
    username,
    password,
    query: async (text) => (await admin.query(text)).rows,
    async role(rolePassword) {
      const name = `contract_${randomBytes(4).toString("hex")}`;
      await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${rolePassword}'`);
      roles.unshift(name);
      return name;
    },
    async canSignIn(user, secret) {
      const client = new pg.Client({ ...where, user, password: secret });
      return client.connect().then(
        () => client.end().then(() => true),
        (error) => {
          if ((error as { code?: string }).code === "28P01") return false;
          throw error;
        },
      );
    },
    async stop() {
      for (const name of roles) await admin.query(`DROP ROLE IF EXISTS ${name}`);
      await admin.end();
    },
  };
}
