import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Role } from "../../platform/authz/scopes.ts";
import { acceptedStep, codeOf, STEPS_AHEAD, stepAt } from "./one-time-code.ts";
import type { RealmUser } from "./realm.ts";

interface Change {
  roles?: Role[];
  realmRoles?: string[];
  enabled?: boolean;
  tenants?: string[];
}

/** The users of a realm: those of its file, with what the admin endpoint changed since laid over them. */
export class RealmUsers {
  readonly #users: RealmUser[];
  readonly #added: RealmUser[];
  readonly #file: string;
  readonly #changes: Record<string, Change>;
  /** Of each user, the step of time whose code was used last. */
  readonly #lastSteps = new Map<string, number>();

  constructor(users: readonly RealmUser[], file: string) {
    this.#file = file;
    this.#changes = readKept<Record<string, Change>>(file, {});
    this.#added = readKept<RealmUser[]>(`${file}.added`, []);
    this.#users = [...users, ...this.#added];
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
    const kept = user?.credentials.find((each) => each.type === "password");
    const fits = sameText(password, kept?.value ?? "");
    return user?.enabled && password !== "" && fits ? user : null;
  }

  /** Whether this one-time code is the user's, now and for the first time. */
  acceptCode(user: RealmUser, code: string): boolean {
    const secret = otpSecretOf(user);
    const last = this.#lastSteps.get(user.id) ?? 0;
    const step = secret ? acceptedStep(secret, code, stepAt(Date.now()), last) : null;
    if (step !== null) this.#lastSteps.set(user.id, step);
    return step !== null;
  }

  /** The code that would be accepted now: these accounts are public. Null: the next one is to come. */
  codeNow(user: RealmUser): string | null {
    const secret = otpSecretOf(user);
    const now = stepAt(Date.now());
    const step = Math.max(now, (this.#lastSteps.get(user.id) ?? 0) + 1);
    return secret && step <= now + STEPS_AHEAD ? codeOf(secret, step) : null;
  }

  change(user: RealmUser, change: Change): void {
    this.#changes[user.username] = { ...this.#changes[user.username], ...change };
    keep(this.#file, this.#changes);
  }

  add(user: RealmUser): void {
    this.#added.push(user);
    this.#users.push(user);
    keep(`${this.#file}.added`, this.#added);
  }
}

function keep(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function otpSecretOf(user: RealmUser): string | null {
  const kept = user.credentials.find((each) => each.type === "otp");
  return kept ? (JSON.parse(kept.secretData) as { value: string }).value : null;
}

function withChange(user: RealmUser, change: Change | undefined): RealmUser {
  if (!change) return user;
  return {
    ...user,
    enabled: change.enabled ?? user.enabled,
    realmRoles: change.realmRoles ?? user.realmRoles,
    clientRoles: { "runtime-api": change.roles ?? user.clientRoles["runtime-api"] },
    attributes: change.tenants ? { ...user.attributes, tenants: change.tenants } : user.attributes,
  };
}

/** Compares digests, so that the time taken tells nothing of the password. */
export function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

function readKept<Kept>(file: string, none: Kept): Kept {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return none;
    throw new Error(`development identity provider: cannot read ${file}`, { cause: error });
  }
}
