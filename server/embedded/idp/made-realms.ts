import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { z } from "zod";
import { DEMO_PASSWORD } from "../../features/identity/realms/demo-sovereigns.ts";
import { demoOtpCredential } from "../../features/identity/realms/realm-step-up.ts";
import { ROLES } from "../../platform/authz/scopes.ts";
import { HttpError, readJson, sendJson } from "./http.ts";
import { parseRealm, type Realm } from "./realm.ts";
import type { RealmService } from "./realm-service.ts";

const API_CLIENT = "runtime-api";
const Representation = z.looseObject({
  realm: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
  enabled: z.boolean().default(true),
  attributes: z.record(z.string(), z.string()).default({}),
});
const Change = z.object({ enabled: z.boolean() });
const NewUser = z.object({ username: z.string().min(1), enabled: z.boolean().default(true) });
const Named = z.array(z.object({ name: z.enum(ROLES) }));

type Kept = z.infer<typeof Representation>;

/**
 * Keycloak's admin API of whole realms, as far as making and disabling them takes it. A made realm is
 * kept in a file. There is no mail: an invitation answers as a realm without a mail server does, and
 * whoever is made here has the demo's public password.
 */
export class MadeRealms {
  readonly #folder: string;
  readonly #services: Map<string, RealmService>;
  readonly #start: (realm: Realm) => Promise<RealmService>;
  readonly #kept = new Map<string, Kept>();

  constructor(
    folder: string,
    services: Map<string, RealmService>,
    start: (realm: Realm) => Promise<RealmService>,
  ) {
    this.#folder = join(folder, "made-realms");
    this.#services = services;
    this.#start = start;
  }

  /** Starts the realms of earlier runs. */
  async load(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#folder).filter((each) => each.endsWith(".json"))) {
      const kept = Representation.parse(JSON.parse(readFileSync(join(this.#folder, name), "utf8")));
      this.#kept.set(kept.realm, kept);
      this.#services.set(kept.realm, await this.#start(parseRealm(kept)));
    }
  }

  isDisabled(realm: string): boolean {
    return this.#kept.get(realm)?.enabled === false;
  }

  /** Whether it answered: the rest is the other admin endpoints'. */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = new URL(request.url ?? "/", "http://idp");
    const [realm = "", kind = "", id = "", action = "", what = ""] = path
      .split("/")
      .filter(Boolean)
      .map(decodeURIComponent);
    const { method } = request;
    const done = (status = 204) => {
      response.writeHead(status).end();
      return true;
    };
    if (realm === "" && method === "POST") {
      const wanted = await readJson(request, Representation);
      if (this.#services.has(wanted.realm)) throw new HttpError(409, "Realm exists");
      this.#services.set(wanted.realm, await this.#start(parseRealm(wanted)));
      this.#keep(wanted);
      return done(201);
    }
    const service = this.#services.get(realm);
    if (!service) throw new HttpError(404, "Realm not found.");
    if (kind === "" && method === "GET") {
      const kept = this.#kept.get(realm);
      const { enabled = true, attributes = {} } = kept ?? {};
      sendJson(response, 200, { realm, enabled, attributes });
      return true;
    }
    if (kind === "" && method === "PUT") {
      const kept = this.#kept.get(realm) ?? Representation.parse({ realm });
      this.#keep({ ...kept, ...(await readJson(request, Change)) });
      return done();
    }
    if (kind === "users" && id === "" && method === "POST") {
      const { username, enabled } = await readJson(request, NewUser);
      if (service.users.find(username)) throw new HttpError(409, "User exists with same username");
      const userId = randomUUID();
      service.users.add({
        id: userId,
        username,
        enabled,
        attributes: { demo: ["true"] },
        credentials: [
          { type: "password", value: DEMO_PASSWORD },
          { type: "otp", secretData: demoOtpCredential(userId).secretData },
        ],
        clientRoles: { [API_CLIENT]: [] },
        realmRoles: [],
      });
      return done(201);
    }
    if (kind === "users" && action === "execute-actions-email" && method === "PUT") {
      throw new HttpError(500, "Failed to send execute actions email");
    }
    if (kind === "clients" && method === "GET") {
      if (id === "" && url.searchParams.get("clientId") === API_CLIENT) {
        sendJson(response, 200, [{ id: API_CLIENT, clientId: API_CLIENT }]);
        return true;
      }
      if (id === API_CLIENT && action === "roles") {
        if (!ROLES.some((role) => role === what)) throw new HttpError(404, "Could not find role");
        sendJson(response, 200, { id: what, name: what });
        return true;
      }
    }
    if (kind === "users" && action === "role-mappings" && what === "clients" && method === "POST") {
      const user = service.users.find(id);
      // Accounts of services are the clients'.
      if (!user) return false;
      const given = (await readJson(request, Named)).map(({ name }) => name);
      const roles = [...new Set([...user.clientRoles[API_CLIENT], ...given])];
      service.users.change(user, { roles });
      return done();
    }
    return false;
  }

  #keep(kept: Kept): void {
    this.#kept.set(kept.realm, kept);
    const file = join(this.#folder, `${kept.realm}.json`);
    writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}
