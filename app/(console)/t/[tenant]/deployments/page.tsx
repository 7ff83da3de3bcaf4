import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import {
  DeploymentsScreen,
  type DeploymentsView,
} from "#components/deployments/deployments-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface DeploymentsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("deployments"))("title") };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The approver's inbox, everything that was asked for, or what runs: as the URL says. */
export default async function DeploymentsPage({ params, searchParams }: DeploymentsPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, ["view", "before", "new"]);
  const view: DeploymentsView =
    asked.view === "all" || asked.view === "running" ? asked.view : "waiting";
  const cursor = asked.before && UUID.test(asked.before) ? { cursor: asked.before } : {};
  const loaded = await load(tenant, async (console) => ({
    page: await console.deployments.list({
      view: view === "waiting" ? "waiting" : "all",
      ...(view === "all" ? cursor : {}),
    }),
    running: view === "running" ? (await console.deployments.running()).items : [],
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("deployments"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.deployments.read">
      {loaded.isLoaded ? (
        <DeploymentsScreen
          tenantId={tenant}
          view={view}
          isNew={asked.new === "1"}
          mayRequest={scopes?.has("runtime.deployments.request") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
