"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { StoreStatus } from "#server/features/regions/views.ts";
import { StoreStateMark } from "./store-state-mark.tsx";

/** Every store of the installation in a line: what it is, since when, last looked at. */
export function StoreList({ stores }: { stores: readonly StoreStatus[] }) {
  const t = useTranslations("regions");
  return (
    <Section look="card" title={t("stores")} aside={t("storesHint")}>
      {stores.length === 0 ? <p className="px-4 py-4 text-muted text-sm">{t("noStores")}</p> : null}
      <ul>
        {stores.map((store) => (
          <li
            key={store.storeId}
            className="flex flex-wrap items-baseline gap-x-3 gap-y-1 border-line border-b px-4 py-2 text-sm last:border-b-0"
          >
            <bdi dir="ltr" className="font-medium">
              {store.storeId}
            </bdi>
            {store.role ? <span className="text-muted">{t(`role.${store.role}`)}</span> : null}
            <StoreStateMark state={store.state} look="plain" />
            <span className="text-muted">
              {t("since")} <Time at={store.stateSince} />
            </span>
            <span className="text-muted sm:ms-auto">
              {t("observed")}{" "}
              {store.observedAt ? <Time at={store.observedAt} /> : t("neverObserved")}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
