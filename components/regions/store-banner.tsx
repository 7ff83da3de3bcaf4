"use client";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { needsWord } from "./needs-word.ts";

const POLL_MILLIS = 15_000;

function StoreBannerBody({ tenantId }: { tenantId: string }) {
  const t = useTranslations("regions");
  const { data } = useQuery({
    queryKey: [tenantId, "regions.stores"],
    queryFn: () => consoleClient(tenantId).regions.stores.query(),
    refetchInterval: POLL_MILLIS,
  });
  const troubled = data?.stores.filter(needsWord) ?? [];
  if (!data || troubled.length === 0) return null;
  return (
    <AsOfProvider at={data.asOf}>
      <div
        role="status"
        className="flex items-start gap-3 rounded-lg border border-line bg-due-tint px-4 py-2 text-sm"
      >
        <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-due" />
        <ul className="min-w-0 flex-1">
          {troubled.map((store) => (
            <li key={store.storeId}>
              <strong className="text-due">
                {t(`banner.${store.state}`, { store: t(`kinds.${store.kind}`) })}
              </strong>{" "}
              <span className="text-muted">{t("since")}</span> <Time at={store.stateSince} />{" "}
              {t("banner.waits")}
            </li>
          ))}
        </ul>
      </div>
    </AsOfProvider>
  );
}

/** Says which store does not serve rotations, since when, and that nothing is lost. Else nothing. */
export function StoreBanner(props: { tenantId: string }) {
  return (
    <LiveQueries>
      <StoreBannerBody {...props} />
    </LiveQueries>
  );
}
