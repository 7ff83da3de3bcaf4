import { TriangleAlert } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import type { LiveBreakGlass } from "#server/features/break-glass/schema.ts";

interface BreakGlassBannerProps {
  tenantId: string;
  live: LiveBreakGlass["live"];
  /** Whether the viewer may open the page about it. */
  isLinked: boolean;
}

/** On top of every page, for everybody of the tenant, while glass is broken. */
export function BreakGlassBanner({ tenantId, live, isLinked }: BreakGlassBannerProps) {
  const t = useTranslations("breakGlass");
  return (
    <ul className="flex flex-col">
      {live.map(({ useId, personName, environment, endsAt, isOwn }) => (
        <li
          key={useId}
          className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-danger-tint px-4 py-2 font-medium text-danger text-sm sm:px-5"
        >
          <TriangleAlert aria-hidden className="size-4 shrink-0" />
          <span>
            {t(isOwn ? "banner.own" : "banner.live", {
              person: personName,
              environment: isKnown(environment) ? t(`environment.${environment}`) : environment,
            })}{" "}
            {t("banner.until")} <ClockTime at={endsAt} show="time" />
          </span>
          {isOwn || isLinked ? (
            <Link
              href={`/t/${tenantId}/access/break-glass${isLinked ? `?use=${useId}` : ""}`}
              className="underline"
            >
              {t("banner.see")}
            </Link>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

function isKnown(name: string): name is "dev" | "test" | "staging" | "prod" {
  return ["dev", "test", "staging", "prod"].includes(name);
}
