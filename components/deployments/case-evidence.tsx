"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Status } from "#components/ui/status.tsx";
import type { DeploymentDetail, ImageFinding } from "#server/features/deployments/schema.ts";
import { AttachForm } from "./attach-form.tsx";
import { VulnerabilityCounts } from "./vulnerability-counts.tsx";

interface CaseEvidenceProps {
  tenantId: string;
  detail: DeploymentDetail;
  mayRequest: boolean;
  isOpen: boolean;
}

const TONE = { verified: "ok", refused: "danger", unknown: "unknown" } as const;

/** What is proven of each image, by what, and what was attached. */
export function CaseEvidence({ tenantId, detail, mayRequest, isOpen }: CaseEvidenceProps) {
  const t = useTranslations("evidence");
  const { evidence } = detail;
  return (
    <div className="flex flex-col gap-3 text-sm">
      {evidence.isDue && isOpen ? (
        <p role="status">
          <Status tone="due">{t("due")}</Status>
        </p>
      ) : null}
      {evidence.merge ? <MergeLine merge={evidence.merge} /> : null}
      {evidence.images.length === 0 ? <p className="text-muted">{t("nothing")}</p> : null}
      <ul className="flex flex-col gap-3">
        {evidence.images.map((finding) => (
          <li key={finding.image} className="flex flex-col gap-1 border-line border-t pt-2">
            <p className="flex flex-wrap items-center gap-2">
              <Status tone={TONE[finding.verdict]}>{t(`verdict.${finding.verdict}`)}</Status>
              <bdi dir="ltr" className="break-all font-medium">
                {finding.repository}
              </bdi>
            </p>
            {finding.by ? (
              <p className="text-muted">
                {t("signedBy")}{" "}
                <bdi dir="ltr" className="break-all">
                  {finding.by.signer}
                </bdi>
              </p>
            ) : null}
            <Reasons reasons={finding.reasons} />
            {finding.gate === "none" ? null : (
              <p>
                <Status tone={finding.gate === "met" ? "ok" : "danger"} look="plain">
                  {t(`gate.${finding.gate}`)}
                </Status>
              </p>
            )}
            <Reasons reasons={finding.gateReasons} />
            {finding.vulnerabilities.map(({ attachment, summary }) => (
              <VulnerabilityCounts key={attachment} summary={summary} />
            ))}
            {finding.sboms.map(({ attachment, summary }) => (
              <p key={attachment} className="text-muted">
                {t("packages", { count: summary.packages, tool: summary.tool })}
              </p>
            ))}
          </li>
        ))}
      </ul>
      {evidence.attachments.length > 0 ? (
        <details>
          <summary className="cursor-pointer font-medium">
            {t("attachments", { count: evidence.attachments.length })}
          </summary>
          <ul className="flex flex-col gap-2 pt-1">
            {evidence.attachments.map(({ digest, kind, bytes, attachedBy, attachedAt }) => (
              <li key={digest}>
                <p>
                  {t(`kind.${kind}`)}, {t("kib", { size: Math.ceil(bytes / 1024) })},{" "}
                  <bdi>{attachedBy}</bdi>, <ClockTime at={attachedAt} />
                </p>
                <Identifier value={digest} />
              </li>
            ))}
          </ul>
          {evidence.checkedAt ? (
            <p className="pt-2 text-muted">
              {t("checkedAt")} <ClockTime at={evidence.checkedAt} />
            </p>
          ) : null}
          {evidence.trustedRoot ? (
            <p className="text-muted">
              {t("root")} <Identifier value={evidence.trustedRoot} />
            </p>
          ) : null}
        </details>
      ) : null}
      {isOpen && detail.state !== "executing" ? (
        <AttachForm tenantId={tenantId} deploymentId={detail.deploymentId} mayAttach={mayRequest} />
      ) : null}
    </div>
  );
}

function Reasons({ reasons }: { reasons: ImageFinding["reasons"] }) {
  const t = useTranslations("evidence.reason");
  if (reasons.length === 0) return null;
  return (
    <ul className="list-disc ps-5">
      {reasons.map(({ code, got, wanted, attachment }) => (
        <li key={`${code} ${attachment} ${got}`} className="break-words">
          {t.rich(code, {
            got: () => <bdi dir="ltr">{got ?? ""}</bdi>,
            wanted: () => <bdi dir="ltr">{wanted ?? ""}</bdi>,
          })}
        </li>
      ))}
    </ul>
  );
}

type Merge = NonNullable<DeploymentDetail["evidence"]["merge"]>;

function MergeLine({ merge }: { merge: Merge }) {
  const t = useTranslations("evidence.merge");
  const names = merge.approvers.join(", ");
  return (
    <p>
      <Status tone={merge.outcome === "merged" ? "info" : "danger"} look="plain">
        <bdi dir="ltr">{merge.change}</bdi>
      </Status>{" "}
      {t.rich(merge.outcome, {
        count: merge.approvers.length,
        names: () => <bdi dir="ltr">{names}</bdi>,
      })}{" "}
      {merge.commit ? <Identifier value={merge.commit} /> : null}
    </p>
  );
}
