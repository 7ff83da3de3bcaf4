"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import type { SecurityKeyView } from "#server/features/step-up/schema.ts";
import { AddKey } from "./add-key.tsx";
import { AstrayNotice } from "./astray-notice.tsx";
import { KeyCard } from "./key-card.tsx";

const KeyDialog = dynamic(async () => (await import("./key-dialog.tsx")).KeyDialog, { ssr: false });

export interface KeyAct {
  kind: "rename" | "remove";
  key: SecurityKeyView;
}

interface SecurityKeysScreenProps {
  tenantId: string;
  keys: { items: SecurityKeyView[]; asOf: Date };
}

/** One's own keys: which there are, when each was used, and what may be done about it. */
export function SecurityKeysScreen({ tenantId, keys }: SecurityKeysScreenProps) {
  const t = useTranslations("stepUp.keys");
  const [act, setAct] = useState<KeyAct | null>(null);
  return (
    <AsOfProvider at={keys.asOf}>
      <AstrayNotice form="stepUp.registerKey" />
      <PageHeader
        title={t("title")}
        asOf={keys.asOf}
        actions={
          <>
            <AddKey tenantId={tenantId} />
            <RefreshButton />
          </>
        }
      />
      <p className="max-w-prose text-muted text-sm">{t("intro")}</p>
      {keys.items.length === 0 ? (
        <EmptyState title={t("emptyTitle")}>{t("emptyBody")}</EmptyState>
      ) : (
        <ul className="flex max-w-2xl flex-col gap-3">
          {keys.items.map((key) => (
            <KeyCard key={key.keyId} securityKey={key} onAct={setAct} />
          ))}
        </ul>
      )}
      {act ? <KeyDialog tenantId={tenantId} act={act} onClose={() => setAct(null)} /> : null}
    </AsOfProvider>
  );
}
