"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { EngineHealth } from "#server/features/platform/schema.ts";

/** Which engine decides, and whether it has answered of late. */
export function EngineCard({ engine }: { engine: EngineHealth }) {
  const t = useTranslations("decisions.health");
  const { governance, answered, unanswered, answeredAt, unansweredAt } = engine;
  const isSilent = unansweredAt !== null && (answeredAt === null || unansweredAt > answeredAt);
  return (
    <Section title={t("title")} look="card">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 text-sm">
        <Status tone={governance && isSilent ? "danger" : "ok"} look="plain">
          {governance
            ? t("authzen", { engine: governance.name })
            : t("cedar", { version: engine.cedarVersion })}
        </Status>
        {governance ? (
          <>
            <bdi dir="ltr" className="break-all">
              {governance.address}
            </bdi>
            <span className="text-muted">
              {t("counts", { answered })}
              {answeredAt ? (
                <>
                  {" · "}
                  {t("last")} <ClockTime at={answeredAt} />
                </>
              ) : null}
            </span>
            {unanswered > 0 ? (
              <span className="text-danger">
                {t("failures", { count: unanswered })}
                {unansweredAt ? (
                  <>
                    {" · "}
                    {t("lastFailure")} <ClockTime at={unansweredAt} />
                  </>
                ) : null}
              </span>
            ) : null}
          </>
        ) : null}
      </div>
    </Section>
  );
}
