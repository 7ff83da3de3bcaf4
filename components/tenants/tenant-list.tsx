"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { TenantLives } from "#server/features/onboarding/views.ts";
import { isUnderWay, LIFE_TONE, STATE_TONE } from "./tenant-tone.ts";

interface TenantListProps {
  tenants: TenantLives["tenants"];
  mayOffboard: boolean;
  onShow: (lifecycleId: string) => void;
  onOffboard: (slug: string) => void;
}

/** One line a tenant: how it stands, what is under way about it, and the way out. */
export function TenantList({ tenants, mayOffboard, onShow, onOffboard }: TenantListProps) {
  const t = useTranslations("tenants");
  return (
    <ul aria-label={t("table")} className="rounded-lg border border-line bg-raised">
      {tenants.map(({ tenantId, displayName, state, createdAt, lifecycle }) => {
        const done = lifecycle?.steps.filter((step) => step.state === "done").length ?? 0;
        const isClosed = state === "offboarding" || state === "offboarded" || state === "asked";
        const whyNot = !mayOffboard
          ? t("mayNotOffboard")
          : isClosed
            ? t("gone")
            : isUnderWay(lifecycle)
              ? t("busy")
              : null;
        return (
          <li
            key={lifecycle?.lifecycleId ?? tenantId}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-2.5 text-sm last:border-b-0"
          >
            <div className="min-w-0 flex-1 basis-48">
              <p className="truncate font-medium">{displayName}</p>
              <bdi dir="ltr" className="break-all font-mono text-muted text-xs">
                {tenantId}
              </bdi>
            </div>
            <div className="basis-40">
              <Status tone={STATE_TONE[state]}>{t(`state.${state}`)}</Status>
              {createdAt ? (
                <p className="text-muted text-xs">
                  <Time at={createdAt} />
                </p>
              ) : null}
            </div>
            <div className="min-w-0 flex-1 basis-56">
              {lifecycle ? (
                <>
                  <Status tone={LIFE_TONE[lifecycle.state]} look="plain" isSentence>
                    {t("lifeOf", {
                      act: t(`act.${lifecycle.act}`),
                      state: t(`life.${lifecycle.state}`),
                    })}
                  </Status>
                  <p className="text-muted text-xs tabular-nums">
                    {t("stepsDone", { done, all: lifecycle.steps.length })}
                  </p>
                </>
              ) : null}
            </div>
            <div className="ms-auto flex flex-wrap gap-2">
              {lifecycle ? (
                <Button
                  size="sm"
                  onClick={() => onShow(lifecycle.lifecycleId)}
                  aria-label={t("open", { tenant: displayName })}
                >
                  {t("panel.steps")}
                </Button>
              ) : null}
              <Button
                size="sm"
                disabledReason={whyNot}
                aria-label={t("offboardOf", { tenant: displayName })}
                onClick={() => onOffboard(tenantId)}
              >
                {t("offboard")}
              </Button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
