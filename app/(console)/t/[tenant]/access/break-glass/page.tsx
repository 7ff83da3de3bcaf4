import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { BreakGlassScreen } from "#components/break-glass/break-glass-screen.tsx";
import { UseScreen } from "#components/break-glass/use-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";
import { paramsOf } from "../../../../params-of.ts";

interface BreakGlassPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("breakGlass"))("title") };
}

/** Who may break glass and who has, one's own for its person, or the one use that the URL names. */
export default async function BreakGlassPage({ params, searchParams }: BreakGlassPageProps) {
  const { tenant } = await params;
  const { use } = paramsOf(await searchParams, ["use"]);
  const scopes = (await currentSession())?.scopes;
  const isOwnOnly =
    scopes?.has("runtime.break-glass.use") && !scopes.has("runtime.break-glass.read");
  const loaded = await load(tenant, async ({ breakGlass }) => {
    if (use && ID.test(use) && !isOwnOnly) {
      return { use: await breakGlass.use({ useId: use }), overview: null, own: null };
    }
    return {
      use: null,
      overview: isOwnOnly ? null : await breakGlass.overview(),
      own: scopes?.has("runtime.break-glass.use") ? await breakGlass.own() : null,
    };
  });
  const title = (await getTranslations("breakGlass"))("title");
  const problem = loaded.isLoaded ? null : loaded.problem;
  return (
    <KeepLoaded title={title} problem={problem} scope="runtime.break-glass.read">
      {loaded.isLoaded && loaded.data.use ? (
        <UseScreen tenantId={tenant} view={loaded.data.use} />
      ) : null}
      {loaded.isLoaded && !loaded.data.use ? (
        <BreakGlassScreen tenantId={tenant} overview={loaded.data.overview} own={loaded.data.own} />
      ) : null}
    </KeepLoaded>
  );
}
