import type { ItemView } from "#server/features/access-reviews/schema.ts";

export const SHOWN = ["all", "undecided", "revoke", "unfinished"] as const;
export type Shown = (typeof SHOWN)[number];

export interface ReviewedPerson {
  key: string;
  name: string;
  issuer: string;
  kind: "user" | "service";
  isEnabled: boolean;
  isOwn: boolean;
  byRole: ReadonlyMap<string, ItemView>;
  grants: readonly ItemView[];
}

export function isShown(item: ItemView, shown: Shown): boolean {
  if (shown === "undecided") return !item.decision && !item.goneAt;
  if (shown === "revoke") return item.decision === "revoke";
  if (shown === "unfinished") return item.revocation === "revoking" || item.revocation === "to-do";
  return true;
}

/** Items by person, in the order of the names; a person is an issuer's subject. */
export function peopleOf(items: readonly ItemView[]): ReviewedPerson[] {
  const people = new Map<string, ItemView[]>();
  for (const item of items) {
    const key = `${item.issuer} ${item.subject}`;
    people.set(key, [...(people.get(key) ?? []), item]);
  }
  return [...people].map(([key, own]) => {
    const [first] = own as [ItemView];
    const roles = own.filter(({ kind }) => kind === "role");
    return {
      key,
      name: first.personName,
      issuer: first.issuer,
      kind: first.personKind,
      isEnabled: own.every(({ isEnabled }) => isEnabled),
      isOwn: first.isOwn,
      byRole: new Map(roles.map((item) => [item.what, item])),
      grants: own.filter(({ kind }) => kind === "grant"),
    };
  });
}

/** The columns: every role that somebody has, by name. */
export function rolesOf(items: readonly ItemView[]): string[] {
  return [...new Set(items.flatMap(({ kind, what }) => (kind === "role" ? [what] : [])))].sort();
}

/** What may be decided of these: not one's own, not what is gone. */
export function decidableIds(items: readonly ItemView[]): string[] {
  return items.filter(({ isOwn, goneAt }) => !isOwn && !goneAt).map(({ itemId }) => itemId);
}
