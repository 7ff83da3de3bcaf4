"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { useBlockedReason } from "./blocked-reason.ts";
import type { CredentialDetail } from "./credential-detail.ts";
import { ForceRotateDialog } from "./force-rotate-dialog.tsx";
import { RotationActions } from "./rotation-actions.tsx";

interface CredentialActsProps {
  tenantId: string;
  detail: CredentialDetail;
  mayRotate: boolean;
  onDone: () => void;
}

/** What can be done with a credential, and with the rotation that is under way. */
export function CredentialActs({ tenantId, detail, mayRotate, onDone }: CredentialActsProps) {
  const t = useTranslations("rotations");
  const blockedReason = useBlockedReason();
  const [isAsking, setAsking] = useState(false);
  const [newest] = detail.rotations;
  const question = encodeURIComponent(`subject:secret-binding/${detail.binding.bindingId}`);
  return (
    <LiveQueries>
      <Button
        look="danger"
        disabledReason={blockedReason(detail, mayRotate)}
        onClick={() => setAsking(true)}
      >
        {t("force.button")}
      </Button>
      {newest ? (
        <RotationActions
          tenantId={tenantId}
          rotation={newest}
          mayRotate={mayRotate}
          onDone={onDone}
        />
      ) : null}
      <Link
        href={`/t/${tenantId}/audit?q=${question}`}
        className="inline-flex min-h-9 items-center text-accent text-sm underline"
      >
        {t("detail.events")}
      </Link>
      <ForceRotateDialog
        tenantId={tenantId}
        binding={detail.binding}
        window={detail.window}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onStarted={() => {
          setAsking(false);
          onDone();
        }}
      />
    </LiveQueries>
  );
}
