import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Role } from "../../platform/authz/scopes.ts";
import type { RealmUser } from "./realm.ts";

interface Change {
  roles?: Role[];
  enabled?: boolean;
  tenants?: string[];
}

/** The users of a realm: those of its file, with what the admin endpoint changed since laid over them. */
export class RealmUsers {
  readonly #users: readonly RealmUser[];
  readonly #file: string;
  readonly #changes: Record<string, Change>;

  constructor(users: readonly RealmUser[], file: string) {
    this.#users = users;
    this.#file = file;
    this.#changes = readChanges(file);
  }

  list(): RealmUser[] {
    return this.#users.map((user) => withChange(user, this.#changes[user.username]));
  }

  /** By id or by user name; a disabled user is found too. */
  find(idOrName: string): RealmUser | undefined {
    return this.list().find((user) => user.id === idOrName || user.username === idOrName);
  }

  /** The user when name and password fit and the account is enabled. */
  authenticate(username: string, password: string): RealmUser | null {
    const user = this.list().find((each) => each.username === username.trim().toLowerCase());
    const fits = sameText(password, user?.credentials[0]?.value ?? "");
    return user?.enabled && password !== "" && fits ? user : null;
  }

  change(user: RealmUser, change: Change): void {
    this.#changes[user.username] = { ...this.#changes[user.username], ...change };
    const draft = `${this.#file}.new`;
    writeFileSync(draft, JSON.stringify(this.#changes, null, 2), { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

function withChange(user: RealmUser, change: Change | undefined): RealmUser {
  if (!change) return user;
  return {
    ...user,
    enabled: change.enabled ?? user.enabled,
    clientRoles: { "runtime-api": change.roles ?? user.clientRoles["runtime-api"] },
    attributes: change.tenants ? { ...user.attributes, tenants: change.tenants } : user.attributes,
  };
}

/** Compares digests, so that the time taken tells nothing of the password. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function readChanges(file: string): Record<string, Change> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, Change>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new Error(`development identity provider: cannot read ${file}`, { cause: error });
  }
}
