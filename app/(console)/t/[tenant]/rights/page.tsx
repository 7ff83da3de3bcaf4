import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { RightsScreen } from "#components/rights/rights-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface RightsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("rights"))("title") };
}

/** What the reader may do here, or the person that the URL names. */
export default async function RightsPage({ params, searchParams }: RightsPageProps) {
  const { tenant } = await params;
  const { issuer, subject, show } = paramsOf(await searchParams, ["issuer", "subject", "show"]);
  const mayLookUp = (await currentSession())?.scopes.has("runtime.reviews.read") ?? false;
  const loaded = await load(tenant, async (console) => ({
    rights: await (issuer && subject
      ? console.rights.of({ issuer, subject })
      : console.rights.own()),
    people: mayLookUp ? await console.rights.people() : null,
  }));
  const title = (await getTranslations("rights"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.reviews.read"
    >
      {loaded.isLoaded ? (
        <RightsScreen shown={show === "yes" || show === "no" ? show : "all"} {...loaded.data} />
      ) : null}
    </KeepLoaded>
  );
}
