import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { RemediationScreen } from "#components/remediation/remediation-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { load } from "../../../../load.ts";
import { paramsOf } from "../../../../params-of.ts";

interface RemediationPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("remediation"))("title") };
}

/** What is being mended, by which policy each rule goes, and which breakers are open. */
export default async function RemediationPage({ params, searchParams }: RemediationPageProps) {
  const { tenant } = await params;
  const { show } = paramsOf(await searchParams, ["show"]);
  const loaded = await load(tenant, async (console) => ({
    page: await console.remediation.list({ show: show === "all" ? "all" : "open" }),
    policies: await console.remediation.policies(),
    breakers: await console.remediation.breakers(),
  }));
  const scopes = (await currentSession())?.scopes;
  const title = (await getTranslations("remediation"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.remediations.read"
    >
      {loaded.isLoaded ? (
        <RemediationScreen
          tenantId={tenant}
          show={show === "all" ? "all" : "open"}
          mayManage={scopes?.has("runtime.remediations.manage") ?? false}
          {...loaded.data}
        />
      ) : null}
    </KeepLoaded>
  );
}
