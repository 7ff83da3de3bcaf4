"use client";
import Link from "next/link";
import { useMessages, useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CheckView, ThreatView } from "#server/features/compliance/views.ts";
import { ReasonSentence } from "./reason-sentence.tsx";
import { STATE_TONE } from "./state-tone.ts";

type Mitigation = ThreatView["mitigations"][number];

interface ThreatCardProps {
  tenantId: string;
  threat: ThreatView;
  checks: readonly CheckView[];
}

/** One threat: what it is, what stands in its way, who holds that, and whether it holds now. */
export function ThreatCard({ tenantId, threat, checks }: ThreatCardProps) {
  const t = useTranslations("compliance");
  const { compliance } = useMessages();
  const words = compliance.threat[threat.id].mitigation as Record<string, string>;
  return (
    <Section
      look="card"
      title={t(`threat.${threat.id}.name`)}
      aside={<Status tone={STATE_TONE[threat.state]}>{t(`state.${threat.state}`)}</Status>}
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        <p className="text-muted text-sm">{t(`threat.${threat.id}.what`)}</p>
        <ul aria-label={t("mitigations")} className="flex flex-col gap-3">
          {threat.mitigations.map((mitigation) => (
            <li key={mitigation.key} className="flex flex-col gap-1 text-sm">
              <p className="font-medium">{words[mitigation.key] ?? mitigation.key}</p>
              <Holders tenantId={tenantId} heldBy={mitigation.heldBy} />
              <LiveChecks
                checks={checks.filter(({ checkId }) => mitigation.checks.includes(checkId))}
              />
            </li>
          ))}
        </ul>
      </div>
    </Section>
  );
}

function LiveChecks({ checks }: { checks: readonly CheckView[] }) {
  const t = useTranslations("compliance");
  if (checks.length === 0) return <p className="text-muted text-xs">{t("heldByTests")}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {checks.map(({ checkId, state, reason, params }) => (
        <li key={checkId} className="flex flex-wrap items-baseline gap-x-2">
          <Status tone={STATE_TONE[state]} look="plain">
            {t(`state.${state}`)}
          </Status>
          <span>{t(`check.${checkId}`)}</span>
          <span className="text-muted text-xs">
            <ReasonSentence reason={reason} params={params} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Holders({ tenantId, heldBy }: { tenantId: string; heldBy: Mitigation["heldBy"] }) {
  const t = useTranslations("compliance");
  return (
    <p className="flex flex-wrap gap-x-3 text-muted text-xs">
      <span>{t("heldBy")}</span>
      {heldBy.map(({ kind, ref }) => {
        const name = t.rich(`holder.${kind}`, {
          name: () => (
            <bdi key="name" dir="ltr" className="break-all font-mono">
              {ref}
            </bdi>
          ),
        });
        return kind === "page" ? (
          <Link key={ref} href={`/t/${tenantId}${ref}`} className="text-accent underline">
            {name}
          </Link>
        ) : (
          <span key={ref}>{name}</span>
        );
      })}
    </p>
  );
}
