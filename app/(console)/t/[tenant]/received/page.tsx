import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { ReceivedScreen } from "#components/received/received-screen.tsx";
import { letterStateOf } from "#components/received/received-url.ts";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface ReceivedPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("received"))("title") };
}

/** Which parts of the platform tell the audit log what they do, and what of it was refused. */
export default async function ReceivedPage({ params, searchParams }: ReceivedPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, ["state"]);
  const state = letterStateOf(asked.state);
  const loaded = await load(tenant, async (console) => ({
    overview: await console.ingest.overview(),
    letters: await console.ingest.deadLetters({ state }),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("received"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.audit.read"
    >
      {loaded.isLoaded ? (
        <ReceivedScreen
          tenantId={tenant}
          {...loaded.data}
          state={state}
          mayManage={scopes?.has("runtime.events.manage") ?? false}
        />
      ) : null}
    </KeepLoaded>
  );
}
