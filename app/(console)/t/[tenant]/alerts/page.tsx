import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ALERT_SHOWS } from "#components/alerts/alert-shows.ts";
import { AlertsScreen } from "#components/alerts/alerts-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";

interface AlertsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("alerts"))("title") };
}

/** The tenant's alerts: open ones, unless the URL asks for others. */
export default async function AlertsPage({ params, searchParams }: AlertsPageProps) {
  const { tenant } = await params;
  const wanted = (await searchParams).show;
  const show = ALERT_SHOWS.find((name) => name === wanted) ?? "open";
  const loaded = await load(tenant, (console) => console.alerts.list({ show, limit: 100 }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("alerts"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.alerts.read">
      {loaded.isLoaded ? (
        <AlertsScreen
          tenantId={tenant}
          show={show}
          items={loaded.data.items}
          asOf={loaded.data.asOf}
          mayManage={scopes?.has("runtime.alerts.manage") ?? false}
        />
      ) : null}
    </KeepLoaded>
  );
}
