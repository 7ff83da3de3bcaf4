"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { RetentionSectionProps } from "./retention-screen.tsx";
import { ScrollingTable } from "./scrolling-table.tsx";

const KeyForm = dynamic(async () => (await import("./key-form.tsx")).KeyForm, { ssr: false });

type ClassName = RetentionSectionProps["overview"]["classes"][number]["class"];

const COLUMNS = ["period", "class", "key", "wrappedBy", "cut", "ends", "state"] as const;

/** The organization's keys: what wraps them, for how long they stay in memory, and each class's by month. */
export function KeysSection({ tenantId, overview }: RetentionSectionProps) {
  const t = useTranslations("retention");
  const router = useRouter();
  const [isRenewing, setRenewing] = useState(false);
  const { wrapKey, dataKeys } = overview;
  return (
    <Section
      look="card"
      title={t("keysTitle")}
      aside={
        <Button
          size="sm"
          disabledReason={overview.mayRenewKey ? null : t("mayNotKey")}
          onClick={() => setRenewing(true)}
        >
          {t("renew")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        <p className="max-w-prose text-muted text-sm">{t("keysAbout")}</p>
        {wrapKey ? (
          <KeyValueList
            facts={[
              {
                name: t("wrap.keeper"),
                value: t(`keepers.${wrapKey.keeper as "local"}`),
              },
              {
                name: t("wrap.version"),
                value: t("wrap.versions", {
                  version: wrapKey.version,
                  root: wrapKey.rootVersion,
                }),
              },
              { name: t("wrap.origin"), value: t(`origins.${wrapKey.origin as "generated"}`) },
              {
                name: t("wrap.cached"),
                value: t("wrap.seconds", { seconds: wrapKey.cachedSeconds }),
              },
            ]}
          />
        ) : null}
      </div>
      {dataKeys.length === 0 ? (
        <EmptyState title={t("noKeys")}>{t("noKeysBody")}</EmptyState>
      ) : (
        <ScrollingTable
          label={t("keyTable")}
          columns={COLUMNS.map((name) => ({ name, words: t(name) }))}
        >
          {dataKeys.map((key) => (
            <tr key={key.keyId} className="border-line border-b last:border-b-0 tabular-nums">
              <th scope="row" className="px-3 py-2 text-start font-medium">
                <bdi dir="ltr">{key.period.slice(0, 7)}</bdi>
              </th>
              <td className="px-3 py-2">{t(`classes.${key.class as ClassName}`)}</td>
              <td className="px-3 py-2 font-mono text-xs">
                <Identifier value={key.keyId} />
              </td>
              <td className="px-3 py-2">{key.wrapVersion}</td>
              <td className="px-3 py-2">{key.punctures}</td>
              <td className="px-3 py-2">
                <Time at={key.destroyedAt ?? key.endsAt} />
              </td>
              <td className="px-3 py-2">
                <Status tone={key.destroyedAt ? "unknown" : "ok"}>
                  {t(`keyStates.${key.destroyedAt ? "destroyed" : "live"}`)}
                </Status>
              </td>
            </tr>
          ))}
        </ScrollingTable>
      )}
      {isRenewing ? (
        <KeyForm
          tenantId={tenantId}
          onClose={() => setRenewing(false)}
          onDone={() => {
            setRenewing(false);
            router.refresh();
          }}
        />
      ) : null}
    </Section>
  );
}
