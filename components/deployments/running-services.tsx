"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { RunningService } from "#server/features/deployments/schema.ts";

/** What runs where, by environment. */
export function RunningServices({
  tenantId,
  items,
}: {
  tenantId: string;
  items: readonly RunningService[];
}) {
  const t = useTranslations("deployments.running");
  const environments = useTranslations("deployments.environment");
  const names = [...new Set(items.map(({ environment }) => environment))];
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted text-sm">{t("title")}</p>
      {names.map((name) => (
        <Section key={name} look="card" title={environments(name)}>
          <ul>
            {items
              .filter(({ environment }) => environment === name)
              .map((service) => (
                <li
                  key={service.service}
                  className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-line border-b px-4 py-2 last:border-b-0"
                >
                  <Link
                    href={`/t/${tenantId}/deployments/${service.deploymentId}`}
                    className="basis-40 font-medium hover:underline"
                  >
                    {service.service}
                  </Link>
                  <ul className="min-w-0 flex-1 basis-72 text-sm">
                    {service.images.map((image) => (
                      <li key={image}>
                        <bdi dir="ltr" className="break-all">
                          {image}
                        </bdi>
                      </li>
                    ))}
                  </ul>
                  <span className="text-muted text-sm">
                    {t("since")} <Time at={service.runningSince} />
                  </span>
                </li>
              ))}
          </ul>
        </Section>
      ))}
    </div>
  );
}
