import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DecisionsScreen } from "#components/decisions/decisions-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface DecisionsPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("decisions"))("title") };
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The decisions that policies made, and the one that the URL names. */
export default async function DecisionsPage({ params, searchParams }: DecisionsPageProps) {
  const { tenant } = await params;
  const asked = paramsOf(await searchParams, ["outcome", "before", "selected"]);
  const outcome = asked.outcome === "allow" || asked.outcome === "deny" ? asked.outcome : null;
  const cursor = asked.before && UUID.test(asked.before) ? { cursor: asked.before } : {};
  const selected = asked.selected && UUID.test(asked.selected) ? asked.selected : null;
  const loaded = await load(tenant, async (console) => ({
    page: await console.policy.list({ ...(outcome ? { outcome } : {}), ...cursor }),
    detail: selected ? await console.policy.byId({ decisionId: selected }) : null,
  }));
  const title = (await getTranslations("decisions"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.policies.read"
    >
      {loaded.isLoaded ? (
        <DecisionsScreen tenantId={tenant} outcome={outcome} {...loaded.data} />
      ) : null}
    </KeepLoaded>
  );
}
