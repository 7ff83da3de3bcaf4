import { wire } from "#server/engines/wire/wire.ts";
import { draftKey } from "./has-draft.ts";

/** What a form had asked for when its person went to the identity provider. */
export interface Draft {
  act: string;
  digest: string;
  methods: readonly ("oidc" | "webauthn")[];
  input: unknown;
}

const LIFETIME_MILLIS = 15 * 60_000;

/** Keeps what was written in a form, in this tab alone. It never holds a secret: forms here have none. */
export function keepDraft(form: string, draft: Draft): void {
  const kept = { at: Date.now(), draft: wire.serialize(draft) };
  window.sessionStorage.setItem(draftKey(form), JSON.stringify(kept));
}

/** What was kept for this form, once; null when there is nothing, or it is too old. */
export function takeDraft(form: string): Draft | null {
  const text = window.sessionStorage.getItem(draftKey(form));
  window.sessionStorage.removeItem(draftKey(form));
  if (!text) return null;
  try {
    const { at, draft } = JSON.parse(text) as { at: number; draft: never };
    return Date.now() - at < LIFETIME_MILLIS ? (wire.deserialize(draft) as Draft) : null;
  } catch {
    return null;
  }
}
