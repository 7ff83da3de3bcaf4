import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { apiDocument } from "#app/api/v1/api-document.ts";
import type { ApiDocument } from "#components/api/api-document.ts";
import { ApiScreen } from "#components/api/api-screen.tsx";
import { currentSession } from "#server/features/identity/current-session.ts";
import { paramsOf } from "../../../params-of.ts";
import { signInPath } from "../../../sign-in-path.ts";

interface ApiPageProps {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("api"))("title") };
}

/** The HTTP API, from the same document that it serves: nothing of any tenant stands in it. */
export default async function ApiPage({ params, searchParams }: ApiPageProps) {
  const { tenant } = await params;
  const { at } = paramsOf(await searchParams, ["at"]);
  const session = await currentSession();
  if (!session) redirect(await signInPath());
  if (!session.tenants.includes(tenant)) notFound();
  const document = apiDocument() as unknown as ApiDocument;
  return <ApiScreen document={document} tenantId={tenant} at={at ?? "overview"} />;
}
