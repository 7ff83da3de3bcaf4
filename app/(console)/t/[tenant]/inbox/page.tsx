import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { InboxScreen } from "#components/inbox/inbox-screen.tsx";
import { KeepLoaded } from "#components/live/keep-loaded.tsx";
import { load } from "../../../load.ts";

interface InboxPageProps {
  params: Promise<{ tenant: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("inbox"))("title") };
}

/** What waits for whoever looks. */
export default async function InboxPage({ params }: InboxPageProps) {
  const { tenant } = await params;
  const loaded = await load(tenant, (console) => console.inbox.list({}));
  const title = (await getTranslations("inbox"))("title");
  return (
    <KeepLoaded
      title={title}
      problem={loaded.isLoaded ? null : loaded.problem}
      scope="runtime.approvals.read"
    >
      {loaded.isLoaded ? <InboxScreen tenantId={tenant} inbox={loaded.data} /> : null}
    </KeepLoaded>
  );
}
