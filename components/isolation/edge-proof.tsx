"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { ReachEdge, ReachPair } from "#server/features/isolation/views.ts";
import { useWhatIf } from "./use-what-if.ts";
import { WhatIfAnswerView } from "./what-if-answer-view.tsx";

interface EdgeProofProps {
  edge: ReachEdge;
  pair: ReachPair;
}

/** One connection: what lets it through on each side that may be seen, and the rule that is missing there. */
export function EdgeProof({ edge, pair }: EdgeProofProps) {
  const t = useTranslations("isolation");
  const sides = [
    { side: edge.from, tenant: pair.from, direction: "egress" },
    { side: edge.to, tenant: pair.to, direction: "ingress" },
  ] as const;
  const name = (side: ReachEdge["from"]) => side?.workload ?? t("reach.hidden");
  return (
    <div className="flex flex-col gap-2">
      <p className="break-words font-mono text-sm">
        <bdi dir="ltr">{t("reach.edge", { from: name(edge.from), to: name(edge.to) })}</bdi>
      </p>
      <p className="flex flex-wrap gap-x-4 gap-y-0.5 text-muted text-sm">
        <bdi dir="ltr" className="text-text">
          {edge.ports}
        </bdi>
        <span>
          {t("reach.cluster")} <bdi dir="ltr">{edge.cluster}</bdi>
        </span>
        <span>
          {t("reach.firstSeen")} <Time at={edge.firstSeenAt} />
        </span>
      </p>
      {sides.map(({ side, direction }) =>
        side ? (
          <p key={direction} className="break-words text-sm">
            <span className="text-muted">{`${t("reach.because")} (${direction}): `}</span>
            {side.allowedBy.kind === "policies" ? (
              <bdi dir="ltr" className="font-mono">
                {side.allowedBy.names.join(", ")}
              </bdi>
            ) : (
              t("reach.notIsolated")
            )}
          </p>
        ) : null,
      )}
      {sides.map(({ side, tenant, direction }) =>
        side && tenant !== null && tenant !== "unowned" ? (
          <MissingRule
            key={direction}
            tenantId={tenant}
            environment={side.environment}
            edgeId={edge.edgeId}
            direction={direction === "egress" ? "out" : "in"}
          />
        ) : null,
      )}
    </div>
  );
}

interface MissingRuleProps {
  tenantId: string;
  environment: NonNullable<ReachEdge["from"]>["environment"];
  edgeId: string;
  direction: "in" | "out";
}

/** The policies that would close one side, written and tried by the engine when somebody asks. */
function MissingRule({ tenantId, environment, edgeId, direction }: MissingRuleProps) {
  const t = useTranslations("isolation");
  const [whatIfId, setWhatIfId] = useState<string | null>(null);
  const { view } = useWhatIf(tenantId, whatIfId);
  const { isBusy, failure, run } = useAct();
  const question = { kind: "close", edgeId, direction } as const;
  if (whatIfId !== null) {
    return (
      <div aria-live="polite" className="rounded-md border border-line px-3 py-3">
        <WhatIfAnswerView view={view} />
      </div>
    );
  }
  return (
    <div className="flex flex-col items-start gap-1">
      <Button
        size="sm"
        isBusy={isBusy}
        onClick={() =>
          run(
            () => consoleClient(tenantId).isolation.askWhatIf.mutate({ environment, question }),
            (asked) => setWhatIfId(asked.whatIfId),
          )
        }
      >
        {t("reach.ask", { tenant: tenantId })}
      </Button>
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      ) : null}
    </div>
  );
}
