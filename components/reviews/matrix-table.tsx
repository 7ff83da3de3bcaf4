"use client";
import { useTranslations } from "next-intl";
import type { ItemView } from "#server/features/access-reviews/schema.ts";
import { MatrixCell } from "./matrix-cell.tsx";
import { decidableIds, type ReviewedPerson } from "./people-of.ts";

interface MatrixTableProps {
  people: readonly ReviewedPerson[];
  roles: readonly string[];
  chosen: ReadonlySet<string>;
  /** Null: the viewer only looks. */
  onToggle: ((ids: readonly string[], isOn: boolean) => void) | null;
}

/** The matrix itself: a cell is one person's one role; on a phone each person is a card. */
export function MatrixTable({ people, roles, chosen, onToggle }: MatrixTableProps) {
  const t = useTranslations("reviews.matrix");
  const hasGrants = people.some(({ grants }) => grants.length > 0);
  const itemsOf = (person: ReviewedPerson) => [...person.byRole.values(), ...person.grants];
  const all = (items: readonly ItemView[], label: string) => {
    const ids = decidableIds(items);
    if (!onToggle || ids.length === 0) return null;
    return (
      <input
        type="checkbox"
        className="size-4 shrink-0"
        aria-label={label}
        checked={ids.every((id) => chosen.has(id))}
        onChange={(event) => onToggle(ids, event.target.checked)}
      />
    );
  };
  const cell = (item: ItemView) => (
    <MatrixCell
      key={item.itemId}
      item={item}
      isChosen={chosen.has(item.itemId)}
      onToggle={onToggle}
    />
  );
  const personLabel = (person: ReviewedPerson) => (
    <span className="flex min-w-0 flex-col">
      <bdi className="break-words font-medium">{person.name}</bdi>
      <span className="text-muted text-xs">
        <bdi dir="ltr" className="break-all">
          {person.issuer.split("/").at(-1)}
        </bdi>
        {person.kind === "service" ? ` · ${t("service")}` : null}
        {person.isEnabled ? null : ` · ${t("disabled")}`}
        {person.isOwn ? ` · ${t("own")}` : null}
      </span>
    </span>
  );
  return (
    <>
      <ul className="sm:hidden">
        {people.map((person) => (
          <li key={person.key} className="flex flex-col gap-2 border-line border-b px-4 py-3">
            <span className="flex items-start gap-2">
              {all(itemsOf(person), t("choosePerson", { person: person.name }))}
              {personLabel(person)}
            </span>
            {itemsOf(person).map((item) => (
              <div key={item.itemId} className="flex flex-col gap-1 ps-6">
                <bdi dir="ltr" className="break-all font-mono text-sm">
                  {item.kind === "role" ? item.what : item.scopes.join(" ")}
                </bdi>
                {cell(item)}
              </div>
            ))}
          </li>
        ))}
      </ul>
      <div className="hidden overflow-x-auto sm:block">
        <table className="w-full border-collapse text-start text-sm">
          <thead>
            <tr className="border-line border-b">
              <th scope="col" className="px-4 py-2 text-start font-medium">
                {t("person")}
              </th>
              {roles.map((role) => (
                <th key={role} scope="col" className="px-3 py-2 text-start font-medium">
                  <span className="flex items-center gap-1.5">
                    {all(
                      people.flatMap(({ byRole }) => byRole.get(role) ?? []),
                      t("chooseRole", { role }),
                    )}
                    <bdi dir="ltr" className="font-mono">
                      {role}
                    </bdi>
                  </span>
                </th>
              ))}
              {hasGrants ? (
                <th scope="col" className="px-3 py-2 text-start font-medium">
                  {t("grants")}
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.key} className="border-line border-b align-top last:border-b-0">
                <th scope="row" className="px-4 py-2 text-start font-normal">
                  <span className="flex items-start gap-2">
                    {all(itemsOf(person), t("choosePerson", { person: person.name }))}
                    {personLabel(person)}
                  </span>
                </th>
                {roles.map((role) => {
                  const item = person.byRole.get(role);
                  return (
                    <td key={role} className="px-3 py-2">
                      {item ? cell(item) : null}
                    </td>
                  );
                })}
                {hasGrants ? (
                  <td className="px-3 py-2">
                    {person.grants.map((grant) => (
                      <div key={grant.itemId} className="flex flex-col gap-1">
                        <bdi dir="ltr" className="break-words font-mono text-xs">
                          {grant.environment}: {grant.scopes.join(" ")}
                        </bdi>
                        {cell(grant)}
                      </div>
                    ))}
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
