"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { UseView } from "#server/features/break-glass/schema.ts";
import { useEnvironmentName } from "./environment-name.ts";
import { stateOfUse, USE_TONES } from "./use-state.ts";

interface UseListProps {
  tenantId: string;
  uses: readonly UseView[];
  none: string;
  /** Whether the viewer may open them. */
  isLinked?: boolean;
}

/** Uses of break-glass, each with why, until when, and what its review said. */
export function UseList({ tenantId, uses, none, isLinked = true }: UseListProps) {
  const t = useTranslations("breakGlass.use");
  const environment = useEnvironmentName();
  if (uses.length === 0) return <p className="px-4 py-3 text-muted text-sm">{none}</p>;
  return (
    <ul>
      {uses.map((use) => {
        const state = stateOfUse(use);
        const title = t("by", {
          person: use.personName,
          environment: environment(use.environment),
        });
        return (
          <li
            key={use.useId}
            className="flex flex-col gap-1 border-line border-b px-4 py-3 last:border-b-0"
          >
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              {isLinked ? (
                <Link
                  href={`/t/${tenantId}/access/break-glass?use=${use.useId}`}
                  className="font-medium hover:underline"
                >
                  {title}
                </Link>
              ) : (
                <span className="font-medium">{title}</span>
              )}
              <Status tone={USE_TONES[state]} look="plain">
                {t(state)}
              </Status>
            </p>
            <p className="break-words text-sm">
              <q>{use.reason}</q>
            </p>
            <p className="text-muted text-xs">
              {t("started")} <Time at={use.startedAt} /> ·{" "}
              {use.endedAt ? (
                <>
                  {t("ended")} <Time at={use.endedAt} />
                </>
              ) : (
                <>
                  {t("ends")} <Time at={use.endsAt} />
                </>
              )}
              {use.reviewedByName ? ` · ${t("reviewedBy", { name: use.reviewedByName })}` : null}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
