"use client";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { RotationView } from "./credential-detail.ts";
import { RotationReasonDialog } from "./rotation-reason-dialog.tsx";

interface RotationActionsProps {
  tenantId: string;
  rotation: RotationView;
  mayRotate: boolean;
  onDone: () => void;
}

/** What a rotation waits for, and what a person can do about it. */
export function RotationActions({ tenantId, rotation, mayRotate, onDone }: RotationActionsProps) {
  const t = useTranslations("rotations");
  const problemText = useProblemText();
  const [asking, setAsking] = useState<"cancel" | "pause" | "rollBack" | null>(null);
  const { rotationId, may } = rotation;
  const act = useMutation({
    mutationFn: (name: "retry" | "resume"): Promise<unknown> =>
      consoleClient(tenantId).rotation[name].mutate({ rotationId }),
    onSuccess: onDone,
  });
  const blocked = mayRotate ? null : t("blocked.scope");
  const press = (name: "retry" | "resume") => (
    <Button
      size="sm"
      isBusy={act.isPending}
      disabledReason={blocked}
      onClick={() => act.mutate(name)}
    >
      {t(`actions.${name}`)}
    </Button>
  );
  const ask = (name: "cancel" | "pause" | "rollBack") => (
    <Button size="sm" disabledReason={blocked} onClick={() => setAsking(name)}>
      {t(`actions.${name}`)}
    </Button>
  );
  return (
    <div className="flex flex-col gap-2 text-sm">
      {rotation.state === "awaiting_approval" ? (
        <Link
          href={`/t/${tenantId}?approval=${rotation.approvalId}`}
          className="text-accent underline"
        >
          {t("actions.approval")}
        </Link>
      ) : null}
      {rotation.pausedAt ? (
        <p className="text-muted">
          {t("actions.paused")} <ClockTime at={rotation.pausedAt} />
        </p>
      ) : null}
      {rotation.isTakenBack && rotation.state === "grace" ? (
        <p className="text-muted">{t("actions.rollingBack")}</p>
      ) : null}
      {rotation.isCancelled ? <p className="text-muted">{t("actions.cancelling")}</p> : null}
      {rotation.retryAt ? (
        <p className="text-muted">
          {t("actions.waits", { attempt: rotation.attempt })} <ClockTime at={rotation.retryAt} />
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {rotation.retryAt ? press("retry") : null}
        {may.pause ? ask("pause") : null}
        {may.resume ? press("resume") : null}
        {may.cancel ? ask("cancel") : null}
        {may.rollBack ? ask("rollBack") : null}
      </div>
      {act.error ? (
        <p role="alert" className="text-danger">
          {problemText(problemOf(act.error))}
        </p>
      ) : null}
      {asking ? (
        <RotationReasonDialog
          tenantId={tenantId}
          rotationId={rotationId}
          act={asking}
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            onDone();
          }}
        />
      ) : null}
    </div>
  );
}
