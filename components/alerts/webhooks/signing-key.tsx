"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";

/** What receivers verify signatures with: one key of the installation, its public half. */
export function SigningKey({ tenantId }: { tenantId: string }) {
  const t = useTranslations("alerts.webhooks.key");
  const query = useQuery({
    queryKey: [tenantId, "alerts.signingKey"],
    queryFn: () => consoleClient(tenantId).alerts.signingKey.query(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!query.data) return null;
  const { keyId, publicKey, scheme } = query.data;
  return (
    <Section look="card" title={t("title")}>
      <div className="flex flex-col gap-2 px-4 py-3">
        <p className="text-muted text-sm">{t("body")}</p>
        <KeyValueList
          facts={[
            { name: t("keyId"), value: <Identifier value={keyId} /> },
            { name: t("publicKey"), value: <Identifier value={publicKey} /> },
            { name: t("scheme"), value: <bdi dir="ltr">{scheme}</bdi> },
          ]}
        />
      </div>
    </Section>
  );
}
