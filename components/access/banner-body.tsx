"use client";
import { TimerReset } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Countdown } from "./countdown.tsx";
import type { OwnGrants } from "./elevation-banner.tsx";
import { EndDialog } from "./end-dialog.tsx";

/** As often as the frame looks again whether the grants still are what they were. */
const LOOK_MILLIS = 15_000;

/** A line for each grant: where, how many rights, until when, and the way to give it back. */
export function BannerBody({ tenantId, own }: { tenantId: string; own: OwnGrants }) {
  const t = useTranslations("access");
  const router = useRouter();
  const [ending, setEnding] = useState<string | null>(null);
  const now = new Date(own.asOf).getTime();
  useEffect(() => {
    const timer = setInterval(() => router.refresh(), LOOK_MILLIS);
    return () => clearInterval(timer);
  }, [router]);
  return (
    <section aria-label={t("banner.label")} className="border-due border-b bg-due-tint">
      <ul className="flex flex-col divide-y divide-line">
        {own.grants.map(({ grantId, kind, environment, scopes, startsAt, endsAt }) => {
          const isLive = new Date(startsAt).getTime() <= now;
          return (
            <li
              key={grantId}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5 text-sm sm:px-5"
            >
              <TimerReset aria-hidden className="size-4 shrink-0 text-due" />
              <span className="font-medium text-due">
                {kind === "break-glass" ? `${t("grant.kinds.break-glass")}: ` : ""}
                {t("banner.text", { environments: t(`environment.${environment}`) })}
              </span>
              <span className="text-text">
                {t("banner.scopes", { count: scopes.length })}
                {" · "}
                {t(isLive ? "banner.ends" : "banner.starts")}{" "}
                <Countdown
                  at={isLive ? endsAt : startsAt}
                  asOf={own.asOf}
                  over={t("banner.over")}
                />
              </span>
              <span className="ms-auto flex items-center gap-2">
                <Link
                  href={`/t/${tenantId}/access?grant=${grantId}`}
                  className="py-1 underline underline-offset-4"
                >
                  {t("banner.show")}
                </Link>
                <Button size="sm" onClick={() => setEnding(grantId)}>
                  {t("banner.giveBack")}
                </Button>
              </span>
            </li>
          );
        })}
      </ul>
      {ending ? (
        <EndDialog
          tenantId={tenantId}
          grant={{ grantId: ending, person: "", isYours: true }}
          onClose={() => setEnding(null)}
        />
      ) : null}
    </section>
  );
}
