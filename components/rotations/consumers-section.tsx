"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { ConsumersOutput } from "#server/features/rotation/consumers/schema.ts";
import { ConsumerList, OldUseList } from "./consumer-list.tsx";
import type { CredentialDetail } from "./credential-detail.ts";
import { LeakPart } from "./leak-part.tsx";
import { pollMillis } from "./poll-millis.ts";

const OverrideDialog = dynamic(async () => (await import("./override-dialog.tsx")).OverrideDialog, {
  ssr: false,
});

interface ConsumersSectionProps {
  tenantId: string;
  detail: CredentialDetail;
  onChanged: () => void;
}

/** Who uses the credential, what holds the end of its old value back, and what to do after a leak. */
export function ConsumersSection({ tenantId, detail, onChanged }: ConsumersSectionProps) {
  const t = useTranslations("consumers");
  const problemText = useProblemText();
  const [isAsking, setAsking] = useState(false);
  const { bindingId } = detail.binding;
  const state = detail.rotations[0]?.state ?? null;
  const query = useQuery({
    queryKey: [tenantId, "rotation.consumers", bindingId, state],
    queryFn: (): Promise<ConsumersOutput> =>
      consoleClient(tenantId).rotation.consumers.query({ bindingId }),
    refetchInterval: pollMillis([state]) ?? false,
    placeholderData: (before) => before,
  });
  const { data } = query;
  if (!data) {
    return (
      <Section title={t("title")}>
        {query.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(query.error))}
          </p>
        ) : (
          <Skeleton className="h-16" />
        )}
      </Section>
    );
  }
  const { rotation } = data;
  const changed = () => {
    query.refetch();
    onChanged();
  };
  return (
    <>
      <LeakPart tenantId={tenantId} detail={detail} told={data} onChanged={changed} />
      <Section
        title={t("title")}
        aside={
          rotation?.lookedAt ? (
            <>
              {t("lookedAt")} <ClockTime at={rotation.lookedAt} show="time" />
            </>
          ) : null
        }
      >
        {rotation?.held ? (
          <div className="flex flex-col items-start gap-2 rounded-md bg-due-tint px-3 py-2 text-sm">
            <p>
              {t(`held.${rotation.held.code}`)} <ClockTime at={rotation.held.since} />
            </p>
            {rotation.mayOverride ? (
              <Button
                size="sm"
                disabledReason={data.may.override ? null : t("override.blocked")}
                onClick={() => setAsking(true)}
              >
                {t("override.button")}
              </Button>
            ) : null}
          </div>
        ) : null}
        {rotation?.overridden ? (
          <p className="text-sm">
            {t("override.done", { name: rotation.overridden.by.name })}{" "}
            <ClockTime at={rotation.overridden.at} />
            {rotation.overridden.reason ? (
              <>
                {" "}
                <q className="break-words">{rotation.overridden.reason}</q>
              </>
            ) : null}
          </p>
        ) : null}
        <ConsumerList consumers={data.consumers} />
        {rotation && rotation.oldUses.length > 0 ? <OldUseList uses={rotation.oldUses} /> : null}
      </Section>
      {isAsking && rotation ? (
        <OverrideDialog
          tenantId={tenantId}
          rotationId={rotation.rotationId}
          told={data}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            changed();
          }}
        />
      ) : null}
    </>
  );
}
