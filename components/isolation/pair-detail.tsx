"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ReachEdge, ReachPair } from "#server/features/isolation/views.ts";
import { EdgeProof } from "./edge-proof.tsx";
import type { Environment } from "./isolation-url.ts";
import { useWho } from "./use-who.ts";

interface PairDetailProps {
  tenantId: string;
  environment: Environment;
  pair: ReachPair;
}

/** The connections of one pair, a page at a time, each with its proof. */
export function PairDetail({ tenantId, environment, pair }: PairDetailProps) {
  const t = useTranslations("isolation");
  const whoOf = useWho();
  const { from, to, count } = pair;
  const [edges, setEdges] = useState<readonly ReachEdge[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const { isBusy, failure, run } = useAct();

  function read(after: string | null) {
    run(
      () => consoleClient(tenantId).isolation.edges.query({ environment, from, to, after }),
      (page) => {
        setEdges((known) => (after === null ? page.edges : [...known, ...page.edges]));
        setNext(page.next);
      },
    );
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once for each pair
  useEffect(() => read(null), []);

  return (
    <Section
      look="card"
      title={t("reach.pair", { from: whoOf(from), to: whoOf(to) })}
      aside={t("reach.count", { count })}
    >
      {edges.length === 0 && isBusy ? (
        <p role="status" className="px-4 py-3 text-muted text-sm">
          {t("reach.loading")}
        </p>
      ) : null}
      <ul className="flex flex-col divide-y divide-line">
        {edges.map((edge) => (
          <li key={edge.edgeId} className="px-4 py-3">
            <EdgeProof edge={edge} pair={pair} />
          </li>
        ))}
      </ul>
      {failure ? (
        <p role="alert" className="px-4 py-3 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      {next || failure ? (
        <div className="px-4 pb-3">
          <Button size="sm" isBusy={isBusy} onClick={() => read(next)}>
            {t("reach.next")}
          </Button>
        </div>
      ) : null}
    </Section>
  );
}
