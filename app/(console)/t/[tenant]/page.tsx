import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { HomeScreen, type Part } from "#components/home/home-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { type ConsoleCaller, load } from "../../load.ts";

interface HomePageProps {
  params: Promise<{ tenant: string }>;
}

const SHOWN = 8;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("home"))("title") };
}

/**
 * What the reader's shift brings in this tenant; a part for each thing her roles let
 * her see (asking for another would be recorded as a refusal), and each can fail by itself.
 */
export default async function HomePage({ params }: HomePageProps) {
  const { tenant } = await params;
  const scopes = (await currentSession())?.scopes;
  const part = async <Item,>(
    scope: Scope,
    call: (console: ConsoleCaller) => Promise<readonly Item[]>,
  ): Promise<Part<Item>> => {
    if (!scopes?.has(scope)) return null;
    const loaded = await load(tenant, call);
    return loaded.isLoaded
      ? { items: loaded.data, problem: null }
      : { items: null, problem: loaded.problem };
  };
  const bindings = (input: Parameters<ConsoleCaller["rotation"]["list"]>[0]) =>
    part(
      "runtime.secrets.read",
      async (console) => (await console.rotation.list({ limit: SHOWN, ...input })).bindings,
    );
  const asOf = new Date();
  const [approvals, failed, soon, drift, events] = await Promise.all([
    part("runtime.approvals.read", async (console) =>
      (await console.inbox.list({})).items.slice(0, SHOWN),
    ),
    bindings({ statuses: ["failed", "overdue"] }),
    bindings({ statuses: ["due-soon", "rotating", "in-grace"], sort: "next" }),
    part(
      "runtime.drift.read",
      async (console) =>
        (
          await console.drift.groups({
            severities: ["critical"],
            states: ["open", "acknowledged", "remediating"],
            limit: SHOWN,
          })
        ).items,
    ),
    part(
      "runtime.audit.read",
      async (console) => (await console.audit.recent({ limit: SHOWN })).events,
    ),
  ]);
  return (
    <HomeScreen
      tenantId={tenant}
      asOf={asOf}
      approvals={approvals}
      failed={failed}
      soon={soon}
      drift={drift}
      events={events}
    />
  );
}
