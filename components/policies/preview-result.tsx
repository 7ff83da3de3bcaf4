"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { PolicyPreview } from "./policy-shapes.ts";

/** What saving would change: counted, and the first fifty credentials by name. */
export function PreviewResult({ preview }: { preview: PolicyPreview }) {
  const t = useTranslations("policies.preview");
  const { counts, credentials } = preview;
  return (
    <div role="status" className="flex flex-col gap-2 rounded-md border border-line bg-sunken p-3">
      <ul className="text-sm">
        {preview.policies.map((policy) => (
          <li key={policy.name}>
            <bdi dir="ltr" className="font-medium">
              {policy.name}
            </bdi>
            {": "}
            {t(`outcome.${policy.outcome}`)}
            {" · "}
            {t("matches", { count: policy.matches, tenants: preview.tenants })}
          </li>
        ))}
      </ul>
      <p className="font-medium text-sm">{t("affected", { count: counts.affected })}</p>
      {counts.affected > 0 ? (
        <ul className="list-disc ps-5 text-sm">
          <li>{t("overdue", { count: counts.becomesOverdue })}</li>
          <li>{t("moved", { count: counts.rescheduled })}</li>
        </ul>
      ) : null}
      {credentials.length > 0 ? (
        <ul className="max-h-64 overflow-y-auto text-sm" aria-label={t("credentials")}>
          {credentials.map((credential) => (
            <li
              key={`${credential.tenantId} ${credential.bindingId}`}
              className="flex flex-wrap items-baseline gap-x-3 border-line border-t py-1"
            >
              <bdi dir="ltr" className="text-muted">
                {credential.tenantId}
              </bdi>
              <bdi className="font-medium">{credential.name}</bdi>
              <span>{credential.environment}</span>
              <span className="ms-auto">
                {credential.newNextRotationAt ? (
                  <ClockTime at={credential.newNextRotationAt} />
                ) : (
                  t("noNext")
                )}
              </span>
              {credential.becomesOverdue ? <Status tone="danger">{t("isOverdue")}</Status> : null}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
