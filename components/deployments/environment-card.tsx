"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { EnvironmentView } from "#server/features/deployments/schema.ts";
import { PolicySentences } from "./policy-sentences.tsx";

const FreezeForm = dynamic(async () => (await import("./freeze-form.tsx")).FreezeForm, {
  ssr: false,
});

interface EnvironmentCardProps {
  tenantId: string;
  view: EnvironmentView;
  mayManage: boolean;
  onEdit: () => void;
}

/** What an environment demands, and whether it takes deployments now. */
export function EnvironmentCard({ tenantId, view, mayManage, onEdit }: EnvironmentCardProps) {
  const t = useTranslations("environments");
  const names = useTranslations("deployments.environment");
  const [isFreezing, setFreezing] = useState(false);
  const { policy, environment } = view;
  const mayNot = mayManage ? null : t("mayNotManage");
  return (
    <Section
      look="card"
      title={names(environment)}
      aside={policy ? t("version", { version: view.version }) : null}
    >
      <div className="flex flex-col gap-3 px-4 py-3">
        {policy ? (
          <>
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted text-sm">
              {view.isFrozen ? (
                <Status tone="danger">{t("frozen")}</Status>
              ) : (
                <Status tone={view.isInWindow ? "ok" : "due"}>
                  {t(view.isInWindow ? "open" : "closed")}
                </Status>
              )}
              <span>{t("services", { count: view.services })}</span>
              <span>{t("waiting", { count: view.waiting })}</span>
            </p>
            {view.isFrozen ? (
              <p className="text-sm">
                {view.frozenUntil
                  ? t.rich("sentence.frozenUntil", {
                      time: () => <ClockTime key="at" at={view.frozenUntil ?? ""} />,
                    })
                  : t("sentence.frozen")}{" "}
                {t("freeze.because", { reason: view.freezeReason })}
              </p>
            ) : null}
            <PolicySentences environment={environment} policy={policy} />
          </>
        ) : (
          <p className="text-sm">
            <Status tone="unknown">{t("noPolicy")}</Status>
            <span className="block pt-1 text-muted">{t("noPolicyBody")}</span>
          </p>
        )}
        <div className="flex flex-wrap gap-2">
          <Button disabledReason={mayNot} onClick={onEdit}>
            {t(policy ? "edit" : "create")}
          </Button>
          {policy ? (
            <Button disabledReason={mayNot} onClick={() => setFreezing(!isFreezing)}>
              {t(view.isFrozen ? "freeze.lift" : "freeze.freeze")}
            </Button>
          ) : null}
        </div>
        {isFreezing ? (
          <FreezeForm
            tenantId={tenantId}
            environment={environment}
            isFrozen={view.isFrozen}
            onDone={() => setFreezing(false)}
          />
        ) : null}
      </div>
    </Section>
  );
}
