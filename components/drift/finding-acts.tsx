"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import type { FindingDetail } from "#server/features/drift/views.ts";
import { ActDialog, type ActName } from "./act-dialog.tsx";
import type { DriftRights } from "./drift-screen.tsx";

interface FindingActsProps {
  tenantId: string;
  finding: FindingDetail;
  /** How many objects have the same cause. */
  ofCause: number;
  rights: DriftRights;
  onChanged: () => void;
}

const ACTS: Record<FindingDetail["state"], readonly ActName[]> = {
  open: ["acknowledge", "suppress"],
  acknowledged: ["suppress", "release"],
  suppressed: ["unsuppress"],
  remediating: [],
  resolved: [],
};

/** What can be done about a finding as it stands now. */
export function FindingActs(props: FindingActsProps) {
  const { tenantId, finding, rights } = props;
  const t = useTranslations("drift.act");
  const [asked, setAsked] = useState<ActName | null>(null);
  const [first] = finding.differences;
  const canIgnore = finding.state !== "resolved" && first !== undefined && first.path !== "";
  const acts = ACTS[finding.state];
  if (acts.length === 0 && !canIgnore) return null;
  return (
    <>
      {acts.map((act) => (
        <Button
          key={act}
          disabledReason={rights.mayManage ? null : t("mayNot")}
          onClick={() => setAsked(act)}
        >
          {t(act)}
        </Button>
      ))}
      {canIgnore && rights.mayIgnore ? (
        <Link
          href={`/t/${tenantId}/drift/ignored?${ignoreOf(finding, first.path)}`}
          className="ms-auto inline-flex min-h-9 items-center text-accent text-sm underline"
        >
          {t("ignore")}
        </Link>
      ) : null}
      {asked ? <ActDialog {...props} act={asked} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

/** The form of an ignore rule, filled in for this field of this object. */
function ignoreOf({ object }: FindingDetail, expression: string): URLSearchParams {
  return new URLSearchParams({
    rule: "new",
    kind: "json-pointer",
    expression,
    apiGroup: object.apiVersion.includes("/") ? (object.apiVersion.split("/")[0] ?? "") : "",
    objectKind: object.kind,
    namespace: object.namespace ?? "",
    name: object.name,
  });
}
