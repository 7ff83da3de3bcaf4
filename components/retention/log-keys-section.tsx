"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { hasDraft } from "#components/step-up/has-draft.ts";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import { LOG_KEY_FORM } from "./log-key-asked.ts";
import { ScrollingTable } from "./scrolling-table.tsx";

const LogKeyForm = dynamic(async () => (await import("./log-key-form.tsx")).LogKeyForm, {
  ssr: false,
});

type View = Awaited<ReturnType<ReturnType<typeof consoleClient>["retention"]["logKeys"]["query"]>>;
type Key = View["keys"][number];

const TONES: Record<Key["state"], Tone> = {
  announced: "info",
  current: "ok",
  retiring: "due",
  retired: "unknown",
  revoked: "danger",
};
const COLUMNS = ["number", "vkey", "sizes", "from", "until", "state"] as const;
const REFRESH_MILLIS = 10_000;

/** The keys that sign the log: since when, for which sizes, and until when both sign in a change. */
export function LogKeysSection({ tenantId }: { tenantId: string }) {
  const t = useTranslations("retention.logKeys");
  const router = useRouter();
  const problemText = useProblemText();
  const [isAsking, setAsking] = useState(false);
  // Back from the identity provider: the form does what it was asked.
  useEffect(() => {
    if (hasDraft(LOG_KEY_FORM)) setAsking(true);
  }, []);
  const { data, error, refetch } = useQuery({
    queryKey: ["logKeys", tenantId],
    queryFn: () => consoleClient(tenantId).retention.logKeys.query(),
    refetchInterval: REFRESH_MILLIS,
  });
  if (error) {
    const problem = problemOf(error);
    return (
      <ErrorState
        message={problemText(problem)}
        traceId={problem.traceId}
        onRetry={() => void refetch()}
      />
    );
  }
  if (!data) return <Skeleton className="h-40" />;
  return (
    <Section
      look="card"
      title={t("title")}
      aside={
        <Button
          size="sm"
          disabledReason={data.mayRotate ? null : t("mayNot")}
          onClick={() => setAsking(true)}
        >
          {t("rotate")}
        </Button>
      }
    >
      <div className="flex flex-col gap-2 px-4 py-3 text-sm">
        <p className="max-w-prose text-muted">{t("about")}</p>
        <Due data={data} />
      </div>
      <ScrollingTable
        label={t("table")}
        columns={COLUMNS.map((name) => ({ name, words: t(`columns.${name}`) }))}
      >
        {data.keys.map((key) => (
          <KeyRow key={key.number} of={key} />
        ))}
      </ScrollingTable>
      {isAsking ? (
        <LogKeyForm
          tenantId={tenantId}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            void refetch();
            router.refresh();
          }}
        />
      ) : null}
    </Section>
  );
}

function Due({ data }: { data: View }) {
  const t = useTranslations("retention.logKeys");
  const isLate = data.asOf >= data.dueAt;
  const isNear = data.asOf >= data.toldFrom;
  return (
    <p className="flex flex-wrap items-baseline gap-2">
      <Status tone={isLate ? "danger" : isNear ? "due" : "ok"}>
        {t(isLate ? "late" : isNear ? "near" : "young")}
      </Status>
      <span className="text-muted">{t("due")}</span> <Time at={data.dueAt} />
    </p>
  );
}

function KeyRow({ of: key }: { of: Key }) {
  const t = useTranslations("retention.logKeys");
  const until = key.to ?? key.overlapUntil;
  return (
    <tr className="border-line border-b last:border-b-0 tabular-nums">
      <th scope="row" className="px-3 py-2 text-start font-medium">
        {key.number}
      </th>
      <td className="px-3 py-2 font-mono text-xs">
        <Identifier value={key.vkey} ends={10} />
      </td>
      <td className="px-3 py-2">
        {key.lastSize === null
          ? t("sizesOn", { first: Number(key.firstSize) })
          : t("sizes", { first: Number(key.firstSize), last: Number(key.lastSize) })}
      </td>
      <td className="px-3 py-2">
        <Time at={new Date(key.from)} />
      </td>
      <td className="px-3 py-2">{until ? <Time at={new Date(until)} /> : t("open")}</td>
      <td className="px-3 py-2">
        <Status tone={TONES[key.state]}>{t(`states.${key.state}`)}</Status>
      </td>
    </tr>
  );
}
