"use client";
import { useFormatter, useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { Field } from "#components/ui/field.tsx";
import { FilteredEmptyState } from "#components/ui/filtered-empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { useUrlVisit } from "#components/url/use-url-state.ts";
import type { People, Rights } from "#server/features/rights/schema.ts";
import { RightRow } from "./right-row.tsx";

const SHOWN = ["all", "yes", "no"] as const;
export type Shown = (typeof SHOWN)[number];

interface RightsScreenProps {
  rights: Rights;
  /** Whom one may look up; null without the right to. */
  people: People | null;
  shown: Shown;
}

/** What a person may do here, act by act. */
export function RightsScreen({ rights, people, shown }: RightsScreenProps) {
  const t = useTranslations("rights");
  const format = useFormatter();
  const environments = useTranslations("deployments.environment");
  const { visit } = useUrlVisit();
  const { person } = rights;
  const labels = { all: "showAll", yes: "showYes", no: "showNo" } as const;
  const rows = rights.rights.filter(
    ({ verdict }) => shown === "all" || (verdict === "no") === (shown === "no"),
  );
  const me = people?.items.find(
    ({ issuer, subject }) => person.isYou && issuer === person.issuer && subject === person.subject,
  );
  const keyOf = ({ issuer, subject }: { issuer: string; subject: string }) =>
    JSON.stringify([issuer, subject]);
  return (
    <AsOfProvider at={rights.asOf}>
      <PageHeader
        title={person.isYou ? t("mine") : t("of", { name: person.name })}
        asOf={rights.asOf}
        actions={<RefreshButton />}
      />
      <div className="flex flex-wrap gap-4">
        {people ? (
          <Field
            label={t("choose")}
            hint={people.items.length === 0 ? t("noPeople") : people.isCut ? t("cut") : null}
          >
            {(control) => (
              <Select
                {...control}
                value={person.isYou ? "" : keyOf(person)}
                onChange={(event) => {
                  const [issuer = null, subject = null] = event.target.value
                    ? (JSON.parse(event.target.value) as string[])
                    : [];
                  visit({ issuer, subject });
                }}
              >
                <option value="">{t("me")}</option>
                {people.items
                  .filter((each) => each !== me)
                  .map((each) => (
                    <option key={keyOf(each)} value={keyOf(each)}>
                      {each.name}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        ) : null}
        <Field label={t("show")}>
          {(control) => (
            <Select
              {...control}
              value={shown}
              onChange={(event) =>
                visit({ show: event.target.value === "all" ? null : event.target.value })
              }
            >
              {SHOWN.map((name) => (
                <option key={name} value={name}>
                  {t(labels[name])}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Section look="card" title={t("roles")}>
        <div className="flex flex-col gap-1 px-4 py-3 text-sm">
          <p>
            {rights.roles.length > 0 ? (
              <bdi dir="ltr">{rights.roles.join(", ")}</bdi>
            ) : (
              t("noRoles")
            )}
            {person.isYou ? null : (
              <span className="text-muted">
                {" · "}
                {t(person.rolesReadAt ? "readAt" : "neverRead")}{" "}
                {person.rolesReadAt ? <Time at={person.rolesReadAt} /> : null}
              </span>
            )}
          </p>
          <ul>
            {rights.grants.length === 0 ? <li className="text-muted">{t("noGrants")}</li> : null}
            {rights.grants.map((grant) => (
              <li key={grant.grantId}>
                {t(`grant.${grant.kind}`)} · {environments(grant.environment as "prod")} ·{" "}
                <bdi dir="ltr">{format.list(grant.scopes)}</bdi> · {t("until")}{" "}
                <Time at={grant.endsAt} />
              </li>
            ))}
          </ul>
          {rights.governance ? (
            <p className="text-muted">{t("governance", { engine: rights.governance })}</p>
          ) : null}
        </div>
      </Section>
      {rows.length === 0 ? (
        <FilteredEmptyState onClear={() => visit({ show: null })} />
      ) : (
        <ul className="rounded-lg border border-line bg-raised">
          {rows.map((right) => (
            <RightRow key={right.scope} right={right} />
          ))}
        </ul>
      )}
    </AsOfProvider>
  );
}
