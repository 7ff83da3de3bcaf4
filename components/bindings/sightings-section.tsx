"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Sightings } from "./binding-shapes.ts";

interface SightingsSectionProps {
  tenantId: string;
  binding: {
    bindingId: string;
    name: string;
    path: string;
    class: string;
    environment: string;
    status: string;
  };
  onChanged: () => void;
}

/** Where a secret was found, and the way to bind or unbind it. */
export function SightingsSection({ tenantId, binding, onChanged }: SightingsSectionProps) {
  const t = useTranslations("bindings.seen");
  const [isAsking, setAsking] = useState(false);
  const { bindingId, name, path, class: secretClass, environment } = binding;
  const query = useQuery({
    queryKey: [tenantId, "discovery.sightings", bindingId],
    queryFn: (): Promise<Sightings> =>
      consoleClient(tenantId).discovery.sightings.query({ bindingId }),
  });
  const seen = query.data;
  if (!seen) return null;
  const asked = new URLSearchParams({ tab: "bind", name, path, class: secretClass, environment });
  const whyNot = seen.mayBind ? null : t("mayNot");
  const facts = [
    { name: t("lastSeen"), value: seen.lastSeenAt ? <Time at={seen.lastSeenAt} /> : t("never") },
    ...(seen.missingSince
      ? [{ name: t("missingSince"), value: <Time at={seen.missingSince} /> }]
      : []),
    ...(seen.retiredAt ? [{ name: t("retiredAt"), value: <Time at={seen.retiredAt} /> }] : []),
    ...(seen.retiredReason
      ? [{ name: t("retiredReason"), value: <bdi>{seen.retiredReason}</bdi> }]
      : []),
  ];
  return (
    <Section title={t("title")}>
      <KeyValueList facts={facts} />
      {seen.sightings.length > 0 ? (
        <ul className="text-sm" aria-label={t("places")}>
          {seen.sightings.map((each) => (
            <li key={`${each.source} ${each.place}`} className="border-line border-t py-1">
              <bdi dir="ltr" className="break-all">
                {each.place}
              </bdi>
              <span className="block text-muted">
                <bdi dir="ltr">{each.detail}</bdi>
              </span>
              {each.goneAt ? (
                <span className="block text-muted">
                  {t("gone")} <Time at={each.goneAt} />
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      <div className="flex flex-wrap gap-2">
        {seen.origin === "discovered" || seen.retiredAt ? (
          <Link
            href={`/t/${tenantId}/bindings?${asked}`}
            className="inline-flex min-h-8 items-center text-accent text-sm underline"
          >
            {t("bind")}
          </Link>
        ) : null}
        {seen.retiredAt ? null : (
          <Button size="sm" disabledReason={whyNot} onClick={() => setAsking(true)}>
            {t("unbind")}
          </Button>
        )}
      </div>
      {isAsking ? (
        <ReasonDialog
          title={t("unbindTitle", { name })}
          does={<p className="text-sm">{t("unbindDoes")}</p>}
          confirm={t("unbind")}
          act={(reason) => consoleClient(tenantId).bindings.unbind.mutate({ bindingId, reason })}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            showToast({ tone: "ok", title: t("unbound", { name }) });
            query.refetch();
            onChanged();
          }}
        />
      ) : null}
    </Section>
  );
}
