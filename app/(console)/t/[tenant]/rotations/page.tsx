import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { bindingsQueryOf, ROTATION_PARAMS } from "#components/rotations/rotation-url.ts";
import { RotationsScreen } from "#components/rotations/rotations-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface RotationsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("rotations"))("title") };
}

/** The tenant's credentials: narrowed and ordered as the URL says. */
export default async function RotationsPage({ params, searchParams }: RotationsPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, [...ROTATION_PARAMS, "sort"]);
  const { sort: _sort, order: _order, ...filter } = bindingsQueryOf(asked);
  const isFiltered = Object.keys(filter).length > 0;
  const loaded = await load(tenant, async (console) => ({
    page: await console.rotation.list(bindingsQueryOf(asked)),
    summary: await console.rotation.summary(),
    matching: isFiltered ? (await console.rotation.count(filter)).count || null : null,
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("rotations"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.secrets.read">
      {loaded.isLoaded ? (
        <RotationsScreen
          tenantId={tenant}
          params={asked}
          mayRotate={scopes?.has("runtime.secrets.rotate") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
