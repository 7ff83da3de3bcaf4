"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Time } from "#components/time/time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DeploymentDetail } from "#server/features/deployments/schema.ts";

/** Who asked for what and why, until when, and what is known of where it comes from. */
export function CaseFacts({ tenantId, detail }: { tenantId: string; detail: DeploymentDetail }) {
  const t = useTranslations("deployments.case");
  const card = useTranslations("deployments.card");
  const environments = useTranslations("deployments.environment");
  const provenance = {
    unknown: (
      <Status tone="unknown" isSentence>
        {t("provenanceUnknown")}
      </Status>
    ),
    verified: (
      <Status tone="ok" isSentence>
        {t("provenanceVerified")}
      </Status>
    ),
    failed: (
      <Status tone="danger" isSentence>
        {t("provenanceFailed")}
      </Status>
    ),
  }[detail.provenance];
  const policyHref = `/t/${tenantId}/deployments/environments?environment=${detail.environment}`;
  const facts = [
    {
      name: t("requester"),
      value: (
        <>
          <bdi>{detail.requester.name}</bdi>
          {detail.requester.isHumanUnknown ? (
            <span className="block text-muted text-xs">{card("unknownHuman")}</span>
          ) : null}
        </>
      ),
    },
    { name: t("reason"), value: detail.reason },
    { name: t("change"), value: <bdi dir="ltr">{detail.changeRef}</bdi> },
    { name: t("provenance"), value: provenance },
    {
      name: t("policy"),
      value: (
        <Link href={policyHref} className="text-accent hover:underline">
          {environments(detail.environment)},{" "}
          {t("policyVersion", { version: detail.policyVersion })}
        </Link>
      ),
    },
    { name: t("revision"), value: String(detail.revision) },
    { name: t("asked"), value: <ClockTime at={detail.createdAt} /> },
    { name: t("expires"), value: <Time at={detail.expiresAt} /> },
    { name: t("waits"), value: <ClockTime at={detail.waitsUntil} /> },
    {
      name: t("window"),
      value: detail.nextWindowAt ? <Time at={detail.nextWindowAt} /> : t("anyTime"),
    },
    ...(detail.outcomeNote ? [{ name: t("outcome"), value: detail.outcomeNote }] : []),
  ];
  return (
    <div className="flex flex-col gap-3">
      <KeyValueList facts={facts} />
      {detail.supersededBy ? (
        <Link
          href={`/t/${tenantId}/deployments/${detail.supersededBy}`}
          className="text-accent text-sm hover:underline"
        >
          {t("supersededBy")}
        </Link>
      ) : null}
      <details className="text-sm">
        <summary className="cursor-pointer font-medium">{t("subject")}</summary>
        <p className="py-1 text-muted text-xs">{t("subjectHint")}</p>
        <Identifier value={detail.subjectDigest} />
        <pre dir="ltr" className="whitespace-pre-wrap break-all rounded-md bg-sunken p-2 text-xs">
          {detail.subject}
        </pre>
      </details>
    </div>
  );
}
