import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { IncidentListScreen } from "#components/incidents/incident-list-screen.tsx";
import { IncidentScreen } from "#components/incidents/incident-screen.tsx";
import { incidentStateOf } from "#components/incidents/incident-states.ts";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface IncidentsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("incidents"))("title") };
}

/** The tenant's leak incidents, or everything about the one that the URL names. */
export default async function IncidentsPage({ params, searchParams }: IncidentsPageProps) {
  const { tenant } = await params;
  const { incident, show } = paramsOf(await searchParams, ["incident", "show"]);
  const state = incidentStateOf(show);
  const loaded = await load(tenant, async (console) =>
    incident && ID.test(incident)
      ? { view: await console.incidents.byId({ incidentId: incident }), page: null }
      : { view: null, page: await console.incidents.list(state ? { states: [state] } : {}) },
  );
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("incidents"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.incidents.read">
      {loaded.isLoaded && loaded.data.view ? (
        <IncidentScreen
          tenantId={tenant}
          view={loaded.data.view}
          mayManage={scopes?.has("runtime.incidents.manage") ?? false}
        />
      ) : null}
      {loaded.isLoaded && loaded.data.page ? (
        <IncidentListScreen tenantId={tenant} show={state} page={loaded.data.page} />
      ) : null}
    </KeepLoaded>
  );
}
