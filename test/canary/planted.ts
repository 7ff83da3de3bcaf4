import { createHash, createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { captureLogs } from "../isolation/captured-logs.ts";
import { valuesIn } from "./spellings.ts";

/**
 * The values that one test file plants, and every place that is searched for them at its end. From its making on our
 * own log is kept at its most talkative, and the database's server logs each statement with its parameters.
 */
export class Planted {
  readonly values = new Map<string, string | Uint8Array>();
  readonly places = new Map<string, string>();
  readonly #file: string;
  readonly #logs = captureLogs();

  constructor(file: string) {
    this.#file = file;
  }

  async begin(): Promise<void> {
    const { name } = fileDatabase();
    await asSuperuser(`ALTER DATABASE ${name} SET log_statement = 'all'`);
    await asSuperuser(`ALTER DATABASE ${name} SET log_parameter_max_length_on_error = -1`);
  }

  /** A value of its own for a name, the same in each run. */
  canary(name: string): string {
    const digest = createHash("sha256").update(`${this.#file} ${name}`).digest("hex");
    const value = `cnry-${name.replaceAll(" ", "-")}-${digest.slice(0, 24)}`;
    this.values.set(name, value);
    return value;
  }

  /** The private part of a key in PEM: its bytes, and the lines that hold them. */
  privateKey(name: string, pem: string): string {
    const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
    this.values.set(name, Buffer.from(d, "base64url"));
    const [, first = "", second = ""] = pem.split("\n");
    this.values.set(`${name}, first line`, first);
    this.values.set(`${name}, second line`, second);
    return pem;
  }

  note(place: string, what: unknown): void {
    const text = typeof what === "string" ? what : JSON.stringify(what, withBigints);
    this.places.set(place, text);
  }

  /** What stands where it must not, having read every table and log too: `<value> stands in <place>`. */
  async leaks(): Promise<string[]> {
    this.places.set("our own log", this.#logs.since(0).join(""));
    this.places.set(
      "the database server's log",
      readFileSync(fileDatabase().cluster.logFile, "utf8"),
    );
    const tables = await asSuperuser<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const rows = await asSuperuser<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      this.places.set(`the table ${name}`, rows.map(({ row }) => row).join("\n"));
    }
    return [...this.places].flatMap(([place, text]) =>
      valuesIn(text, this.values).map((name) => `${name} stands in ${place}`),
    );
  }
}

function withBigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
