import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { PoliciesScreen } from "#components/policies/policies-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../load.ts";
import { paramsOf } from "../../../params-of.ts";

interface PoliciesPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("policies"))("title") };
}

/** The tenant's secret policies, those imposed on it, and the one that the URL names. */
export default async function PoliciesPage({ params, searchParams }: PoliciesPageProps) {
  const { tenant } = await params;
  const { policy } = paramsOf(await searchParams, ["policy"]);
  const loaded = await load(tenant, async (console) => {
    const list = await console.secretPolicies.list();
    const isKnown = list.policies.some((each) => each.policyId === policy);
    const detail =
      policy && isKnown ? await console.secretPolicies.detail({ policyId: policy }) : null;
    return { list, detail, windows: await console.changeWindows.list() };
  });
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("policies"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.policies.read"
    >
      {loaded.isLoaded ? (
        <PoliciesScreen
          tenantId={tenant}
          isNew={policy === "new"}
          mayManage={scopes?.has("runtime.policies.manage") ?? false}
          mayLabel={scopes?.has("runtime.tenants.manage") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
