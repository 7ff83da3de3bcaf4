"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { AuditEventDetail } from "#server/features/audit/schema.ts";
import { HeadSignature } from "./log-signature/head-signature.tsx";
import { SealMark } from "./seal-mark.tsx";
import { isInTree } from "./verify-in-browser.ts";

function Verdict({ event }: { event: AuditEventDetail }) {
  const t = useTranslations("audit.proof");
  const { proof, envelope, eventId } = event;
  const canCompute = globalThis.crypto?.subtle !== undefined;
  const check = useQuery({
    queryKey: ["isInTree", eventId, proof.status === "proven" ? proof.treeSize : null],
    queryFn: () => proof.status === "proven" && isInTree({ envelope, ...proof }),
    enabled: proof.status === "proven" && canCompute,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (proof.status === "pending") return <Status tone="unknown">{t("pending")}</Status>;
  if (proof.status === "broken" || check.data === false) {
    return <Status tone="danger">{t("broken")}</Status>;
  }
  if (check.data) {
    return <Status tone="ok">{t("verified", { size: Number(proof.treeSize) })}</Status>;
  }
  return (
    <Status tone={canCompute ? "unknown" : "info"}>
      {t(canCompute ? "checking" : "byServer")}
    </Status>
  );
}

/** The signed note at the end of a C2SP tlog-proof. */
function noteOf(logProof: string): string {
  return logProof.slice(logProof.indexOf("\n\n") + 2);
}

/** Where the event is in the log, whether it provably is there, and who signed that. */
export function SealFacts({ tenantId, event }: { tenantId: string; event: AuditEventDetail }) {
  const t = useTranslations("audit.proof");
  const { proof } = event;
  const facts = [
    { name: t("state"), value: <SealMark state={event.state} /> },
    { name: t("leafIndex"), value: event.leafIndex ?? t("notYet") },
  ];
  if (proof.status === "proven") {
    facts.push(
      { name: t("leafHash"), value: <Identifier value={proof.leafHash} ends={10} /> },
      { name: t("sealedAt"), value: <ClockTime at={proof.sealedAt} /> },
      { name: t("treeSize"), value: proof.treeSize },
      { name: t("root"), value: <Identifier value={proof.rootHash} ends={10} /> },
    );
  }
  return (
    <Section title={t("title")}>
      <div>
        <Verdict event={event} />
      </div>
      {proof.status === "broken" ? (
        <p role="alert" className="text-danger text-sm">
          {t("brokenBody", { reason: proof.reason })}
        </p>
      ) : null}
      <KeyValueList facts={facts} />
      {proof.status === "proven" && globalThis.crypto?.subtle ? (
        <HeadSignature tenantId={tenantId} note={noteOf(proof.logProof)} claim={proof} />
      ) : null}
      {proof.status === "proven" ? (
        <details className="text-sm">
          <summary className="min-h-6 text-muted hover:text-text">{t("offline")}</summary>
          <pre
            dir="ltr"
            className="mt-1 overflow-x-auto rounded-md border border-line bg-sunken p-3 font-mono text-xs"
          >
            {proof.logProof}
          </pre>
        </details>
      ) : null}
    </Section>
  );
}
