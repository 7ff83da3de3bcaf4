"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import type { ConsumersOutput } from "#server/features/rotation/consumers/schema.ts";
import type { CredentialDetail } from "./credential-detail.ts";

const MarkLeakedDialog = dynamic(
  async () => (await import("./mark-leaked-dialog.tsx")).MarkLeakedDialog,
  { ssr: false },
);

interface LeakPartProps {
  tenantId: string;
  detail: CredentialDetail;
  told: ConsumersOutput;
  onChanged: () => void;
}

/** A leak under way with the way to its incident, or the way to say that the value leaked. */
export function LeakPart({ tenantId, detail, told, onChanged }: LeakPartProps) {
  const t = useTranslations("consumers.leak");
  const router = useRouter();
  const [isAsking, setAsking] = useState(false);
  const { binding } = detail;
  const pageOf = (id: string) => `/t/${tenantId}/incidents?incident=${id}`;
  return (
    <div className="flex flex-col items-start gap-2">
      {told.incident ? (
        <p className="w-full rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {t(binding.leakedAt ? "open" : "contained")}{" "}
          <Link href={pageOf(told.incident.incidentId)} className="underline">
            {t("toIncident")}
          </Link>
        </p>
      ) : null}
      {told.incident?.state === "open" ? null : (
        <Button
          size="sm"
          disabledReason={told.may.markLeaked ? null : t("blocked")}
          onClick={() => setAsking(true)}
        >
          {t("button")}
        </Button>
      )}
      {isAsking ? (
        <MarkLeakedDialog
          tenantId={tenantId}
          detail={detail}
          onClose={() => setAsking(false)}
          onDone={(incidentId) => {
            setAsking(false);
            onChanged();
            router.push(pageOf(incidentId));
          }}
        />
      ) : null}
    </div>
  );
}
