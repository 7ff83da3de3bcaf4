"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { ExpiryCountdown } from "./expiry-countdown.tsx";
import { LeaseMark } from "./lease-mark.tsx";
import type { LeaseAct, LeaseRow } from "./lease-row.ts";

interface LeasePanelProps {
  tenantId: string;
  lease: LeaseRow;
  mayManage: boolean;
  onAct: (act: LeaseAct) => void;
  onClose: () => void;
}

/** One lease: its login, its times, how its end was shown. The value is nowhere: only the workload has it. */
export function LeasePanel({ tenantId, lease, mayManage, onAct, onClose }: LeasePanelProps) {
  const t = useTranslations("leases");
  const whyNot = (isPossible: boolean) =>
    mayManage
      ? isPossible
        ? null
        : t("notNow", { state: t(`state.${lease.state}`) })
      : t("mayNot");
  const time = (at: Date | null) => (at ? <Time at={at} /> : t("noExpiry"));
  const facts = [
    { name: t("columns.workload"), value: <bdi>{lease.workload}</bdi> },
    {
      name: t("columns.credential"),
      value: (
        <Link
          href={`/t/${tenantId}/rotations?selected=${lease.bindingId}`}
          className="text-accent underline"
        >
          {lease.credential}
        </Link>
      ),
    },
    { name: t("facts.environment"), value: lease.environment },
    { name: t("facts.role"), value: <Identifier value={`${lease.mount}/${lease.role}`} /> },
    {
      name: t("columns.login"),
      value: lease.username ? <Identifier value={lease.username} /> : t("noExpiry"),
    },
    { name: t("facts.isCurrent"), value: t(lease.isCurrent ? "yes" : "no") },
    { name: t("columns.requested"), value: time(lease.requestedAt) },
    { name: t("facts.issued"), value: time(lease.issuedAt) },
    { name: t("facts.renewed"), value: time(lease.renewedAt) },
    {
      name: t("columns.expires"),
      value:
        lease.expiresAt && !lease.endedAt ? (
          <ExpiryCountdown at={lease.expiresAt} />
        ) : (
          time(lease.expiresAt)
        ),
    },
    { name: t("facts.ended"), value: time(lease.endedAt) },
    ...(lease.proof ? [{ name: t("facts.proof"), value: lease.proof }] : []),
    ...(lease.errorText ? [{ name: t("facts.trouble"), value: lease.errorText }] : []),
    { name: t("facts.id"), value: <Identifier value={lease.leaseId} ends={8} /> },
  ];
  return (
    <DetailPanel
      kind={t("kind")}
      title={lease.workload}
      onClose={onClose}
      actions={
        <>
          <Button
            disabledReason={whyNot(lease.may.renew)}
            onClick={() => onAct({ kind: "renew", lease })}
          >
            {t("renew")}
          </Button>
          <Button
            look="danger"
            disabledReason={whyNot(lease.may.revoke)}
            onClick={() => onAct({ kind: "revoke", lease })}
          >
            {t("revoke")}
          </Button>
          <Link
            href={`/t/${tenantId}/audit?q=${encodeURIComponent(`subject:lease/${lease.leaseId}`)}`}
            className="inline-flex min-h-9 items-center text-accent text-sm underline"
          >
            {t("events")}
          </Link>
        </>
      }
    >
      <div>
        <LeaseMark state={lease.state} look="badge" />
      </div>
      <Section title={t("facts.title")}>
        <KeyValueList facts={facts} />
      </Section>
      <p className="text-muted text-sm">{t("valueHint")}</p>
    </DetailPanel>
  );
}
