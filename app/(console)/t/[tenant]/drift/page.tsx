import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DriftScreen } from "#components/drift/drift-screen.tsx";
import { DRIFT_PARAMS, driftQueryOf } from "#components/drift/drift-url.ts";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface DriftPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("drift"))("title") };
}

/** What drifted, by cause, narrowed as the URL says; the finding that it names stands open. */
export default async function DriftPage({ params, searchParams }: DriftPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, DRIFT_PARAMS);
  const loaded = await load(tenant, async (console) => ({
    summary: await console.drift.summary(),
    page: await console.drift.groups({ ...driftQueryOf(asked), limit: 50 }),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("drift"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.drift.read"
    >
      {loaded.isLoaded ? (
        <DriftScreen
          tenantId={tenant}
          params={asked}
          rights={{
            mayManage: scopes?.has("runtime.drift.manage") ?? false,
            mayIgnore: scopes?.has("runtime.drift.ignore") ?? false,
            mayReadRemediations: scopes?.has("runtime.remediations.read") ?? false,
          }}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
