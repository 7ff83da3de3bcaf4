import "server-only";
import type { KeycloakClientSecret } from "#server/features/rotation/schema.ts";
import type { ClientSecretState } from "#server/integrations/keycloak-admin/client-secrets.ts";
import { KeycloakAdminError } from "#server/integrations/keycloak-admin/keycloak-admin-error.ts";
import {
  probeClientSecret,
  proveClientSecretDead,
} from "#server/integrations/keycloak-admin/probe-client-secret.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import {
  done,
  type Look,
  type Outcome,
  orphaned,
  type Promotion,
  type Revocation,
  refused,
  type Truth,
  type Undoing,
  unknown,
} from "../../outcome.ts";
import type { OutsideCall } from "../../outside.ts";
import { OutsideTrouble, ValueMissingError } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { Rotator } from "../../rotator.ts";
import { fieldsWith, readValue, type ValueRead } from "../kv-value.ts";
import { keycloakRealm } from "./keycloak-realm.ts";

/** What stands in the old handle when Keycloak knows no time of creation. */
const UNKNOWN_TIME = "unknown";

/**
 * The secret of an OAuth client. Keycloak makes the new one itself and can't take it back, so making
 * it belongs to the promotion, and is followed at once by the write that consumers read: from there
 * is only forward. The old one lives on as Keycloak's rotated secret until it is ended (ADR 10).
 */
export function keycloakClientSecret(run: RotationRun, settings: KeycloakClientSecret): Rotator {
  const { realm: realmName, clientId, field, withoutGrace } = settings;
  const { path } = run.claim;
  const realm = keycloakRealm(run, settings);
  const main = (call: OutsideCall, version?: number) =>
    readValue(run, settings, version ? { call, path, version } : { call, path });
  const isOurs = (read: ValueRead) => read.kind === "found" && read.rotationId === run.rotationId;

  async function clientState(call: OutsideCall): Promise<ClientSecretState> {
    const state = await realm.ask(call, (secrets) => secrets.state(clientId));
    if (state) return state;
    throw new OutsideTrouble(clientMissing);
  }

  async function current(call: OutsideCall): Promise<SecretValue> {
    const secret = await realm.ask(call, (secrets) => secrets.current(clientId));
    if (secret) return secret;
    throw new OutsideTrouble(clientMissing);
  }

  async function oldValue(call: OutsideCall): Promise<SecretValue> {
    const found = await main(call, run.handles.old.version);
    if (found.kind === "found") return found.value;
    throw new ValueMissingError("old value", found.kind);
  }

  /** By the time of creation, and by the value where the clock's second was the same. */
  async function isRotated(): Promise<boolean> {
    const state = await clientState("keycloak.ask-client");
    if (timeOf(state) !== run.handles.old.ref) return true;
    const now = await current("keycloak.ask-secret");
    return !isSame(now, await oldValue("vault.ask-old"));
  }

  const clientMissing = {
    errorCode: "client_missing",
    errorText: `The realm ${realmName} has no client ${clientId}.`,
  };

  async function promote(): Promise<Promotion> {
    const holds = await main("vault.ask-current");
    if (holds.kind === "found" && isOurs(holds)) return promoted(holds.version);
    const old = await oldValue("vault.read-staying");
    const isStillOld = holds.kind === "found" && isSame(holds.value, old);
    if (!isStillOld) {
      if (!(await isRotated())) return MOVED_ON;
      const made = await current("keycloak.ask-secret");
      if (holds.kind === "found" && isSame(holds.value, made)) return promoted(holds.version);
      throw new OutsideTrouble(MOVED_ON.trouble);
    }
    const made = await rotate(old);
    if ("kind" in made) return made;
    const probe = await probeSecret("keycloak.try-new", made.value);
    if (probe === "refused") {
      throw new OutsideTrouble({
        errorCode: "new_secret_refused",
        errorText: "Keycloak refuses the secret that it made. The consumers keep the old one.",
      });
    }
    const { kept, version: before } = holds;
    const fields = fieldsWith(run, field, { value: made.value, kept });
    try {
      const write = () => run.kv.write(path, fields, before);
      return promoted(await run.outside("vault.promote", write));
    } catch (error) {
      if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
      return unknown("vault_outcome_unknown", error.message);
    }
  }

  /** Doing it again when it was done makes no other secret: it answers the one that was made. */
  async function rotate(old: SecretValue) {
    try {
      const made = await realm.ask("keycloak.rotate", (secrets) =>
        secrets.rotateFrom(clientId, old, { withoutGrace }),
      );
      return { value: made.current };
    } catch (error) {
      if (!(error instanceof KeycloakAdminError) || error.changedNothing) throw error;
      return unknown("keycloak_outcome_unknown", error.message);
    }
  }

  async function probeSecret(call: OutsideCall, secret: SecretValue) {
    const result = await run.outside(call, () => probeClientSecret(realm.client, secret));
    if (result !== "unknown") return result;
    throw new OutsideTrouble({
      errorCode: "keycloak_unknown",
      errorText: "Keycloak's token endpoint gave no clear answer.",
    });
  }

  return {
    async look(): Promise<Look> {
      // A resumed rotation compares with what it first found.
      if (run.oldHandle && run.newHandle) {
        return { kind: "fit", oldHandle: run.oldHandle, newHandle: run.newHandle };
      }
      const found = await main("vault.read-current");
      if (found.kind === "malformed")
        return refused("current_malformed", `The secret ${found.why}.`);
      if (found.kind !== "found") {
        return refused("current_missing", `The vault's main path is ${found.kind}.`);
      }
      const state = await realm.ask("keycloak.read-client", (secrets) => secrets.state(clientId));
      if (!state) return refused(clientMissing.errorCode, clientMissing.errorText);
      if (!state.expiresAt && !withoutGrace) return noGrace(realmName);
      if (!isSame(found.value, await current("keycloak.read-secret"))) {
        return refused(
          "current_differs",
          "The vault's main path does not hold the client's secret. Put it there, then rotate again.",
        );
      }
      const oldHandle = { version: found.version, ref: timeOf(state) };
      return { kind: "fit", oldHandle, newHandle: { version: null } };
    },

    async stage() {
      return done("nothing is made yet: Keycloak makes the new secret when it is promoted");
    },

    async apply() {
      return done("nothing to set: Keycloak keeps both secrets itself");
    },

    /** A client that is refused now would be refused later too, and prove nothing. */
    async verify(): Promise<Outcome> {
      const old = await oldValue("vault.read-proven");
      if ((await probeSecret("keycloak.probe-current", old)) === "accepted") {
        return done("the secret in use is accepted");
      }
      return refused(
        "current_refused",
        "Keycloak refuses the secret in use: is the client enabled?",
      );
    },

    promote,

    async settle() {
      const { rotated } = await clientState("keycloak.read-grace");
      const until = rotated?.expiresAt?.toISOString();
      return until
        ? `Keycloak accepts the old secret until ${until}`
        : "the old secret has no grace";
    },

    async revoke(): Promise<Revocation> {
      const now = await main("vault.recheck-current");
      if (now.kind !== "found") {
        return refused(
          "current_missing",
          `The vault's main path is ${now.kind}; the old secret was left alone.`,
        );
      }
      if (isSame(now.value, await oldValue("vault.read-ending"))) {
        return orphaned(
          "vault_moved_on",
          "Somebody put the old secret back into the vault's main path, so it was not ended.",
        );
      }
      // Ours may be the rotated one by now: ending that would end what consumers use.
      if (!isSame(now.value, await current("keycloak.recheck-secret"))) {
        return refused(
          "target_moved_on",
          "Keycloak's current secret is not what the vault's main path holds. Nothing was ended.",
        );
      }
      try {
        await realm.ask("keycloak.end-old", (secrets) => secrets.invalidateRotated(clientId));
        return done("");
      } catch (error) {
        if (!(error instanceof KeycloakAdminError) || error.changedNothing) throw error;
        return unknown("keycloak_outcome_unknown", error.message);
      }
    },

    async proveDead(): Promise<Outcome> {
      const found = await main("vault.read-old", run.handles.old.version);
      if (found.kind !== "found") {
        return refused(
          "old_value_gone",
          `Version ${run.handles.old.version} is ${found.kind}, so its death can't be proved.`,
        );
      }
      const secrets = { old: found.value, current: await current("keycloak.read-living") };
      const verdict = await run.outside("keycloak.probe-old", () =>
        proveClientSecretDead(realm.client, secrets),
      );
      if (verdict === "dead") return done("the token endpoint refused the old secret");
      if (verdict === "alive") {
        return refused("old_still_alive", "The old secret was ended but is accepted.");
      }
      throw new OutsideTrouble({
        errorCode: "keycloak_unknown",
        errorText: "Keycloak's token endpoint did not accept the current secret either.",
      });
    },

    async destroy() {
      const { version } = run.handles.old;
      await run.outside("vault.destroy-old", () => run.kv.destroyVersions(path, [version]));
      return `version ${version} destroyed`;
    },

    async ask(resume): Promise<Truth> {
      if (resume !== "verified") {
        return { kind: "state", state: resume, note: "nothing in doubt changed the client" };
      }
      const now = await main("vault.ask-current");
      if (now.kind === "found" && isOurs(now)) return { kind: "promoted", version: now.version };
      const note = (await isRotated())
        ? "asked Keycloak: it made the new secret, which consumers don't have yet"
        : "asked Keycloak: not rotated";
      return { kind: "state", state: "verified", note };
    },

    /** Once Keycloak made the new secret the old one is doomed: undoing is finishing. */
    async undo(): Promise<Undoing> {
      const wasPromoting = (run.resumeState ?? run.state) === "verified";
      if (!wasPromoting || !(await isRotated())) return { kind: "undone" };
      const outcome = await promote();
      if (outcome.kind === "done") return { kind: "promoted", version: outcome.version };
      throw new OutsideTrouble(outcome.trouble);
    },
  };
}

const MOVED_ON = refused(
  "vault_moved_on",
  "Somebody else wrote the vault's main path meanwhile. Nothing was changed there.",
);

function noGrace(realm: string) {
  return refused(
    "no_grace",
    `The realm ${realm} keeps no rotated secret for this client. Give it a client policy with the executor secret-rotation, or bind the client as one that may rotate without a grace.`,
  );
}

function promoted(version: number): Promotion {
  return { kind: "done", version, note: `version ${version}` };
}

function timeOf(state: ClientSecretState): string {
  return state.createdAt?.toISOString() ?? UNKNOWN_TIME;
}

function isSame(one: SecretValue, other: SecretValue): boolean {
  return one.reveal() === other.reveal();
}
