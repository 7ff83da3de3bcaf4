"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { NoteText } from "#components/rotations/note-text.tsx";
import { isKnownState } from "#components/rotations/rotation-states.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { IncidentView } from "#server/features/rotation/leaks/views.ts";

interface IncidentProofProps {
  tenantId: string;
  view: IncidentView;
  className: string;
}

/** That the leaked value was tried and refused; until then, where its replacement stands. */
export function IncidentProof({ tenantId, view, className }: IncidentProofProps) {
  const t = useTranslations("incidents");
  const states = useTranslations("rotations.rotation");
  const trouble = useTranslations("trouble");
  const { proof, rotation, closing } = view;
  return (
    <div className={`${className} text-sm`}>
      {proof ? (
        <>
          <div>
            <Status tone="ok">{t("proof.dead")}</Status>
          </div>
          <p>
            <ClockTime at={proof.at} /> · <NoteText note={proof.note} />
          </p>
          <p>
            <Link
              href={`/t/${tenantId}/audit?event=${proof.eventId}`}
              className="text-accent underline"
            >
              {t("proof.event")}
            </Link>
            {" · "}
            {t(proof.isSealed ? "proof.sealed" : "proof.recorded")}
          </p>
        </>
      ) : (
        <div>
          <Status tone="danger">{t("proof.none")}</Status>
        </div>
      )}
      {rotation ? (
        <p>
          {t("proof.rotation")}:{" "}
          {isKnownState(rotation.state) ? states(rotation.state) : rotation.state}
          {rotation.errorText ? ` · ${trouble("detail", { text: rotation.errorText })}` : null}
        </p>
      ) : (
        <p>{t("proof.noRotation")}</p>
      )}
      {rotation?.state === "awaiting_approval" && rotation.approvalId ? (
        <p>
          {t("proof.awaiting")}{" "}
          <Link
            href={`/t/${tenantId}?approval=${rotation.approvalId}`}
            className="text-accent underline"
          >
            {t("proof.toApproval")}
          </Link>
        </p>
      ) : null}
      {closing ? (
        <div className="flex flex-col gap-1 border-line border-t pt-3">
          <h3 className="font-medium">{t("closing.title")}</h3>
          <p className="whitespace-pre-wrap break-words">{closing.findings ?? t("facts.erased")}</p>
          {closing.proofByHand ? (
            <p className="break-words">
              {t("proof.byHand")}: {closing.proofByHand}
            </p>
          ) : null}
          <p className="text-muted">
            {t("closing.by", { name: closing.by.name })} <ClockTime at={closing.at} />
          </p>
        </div>
      ) : null}
    </div>
  );
}
