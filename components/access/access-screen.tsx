"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type {
  ElevationOverview,
  GrantView,
  OfferView,
} from "#server/features/elevation/elevation-views.ts";
import { GrantCard } from "./grant-card.tsx";
import { OfferCard } from "./offer-card.tsx";
import { RequestCard } from "./request-card.tsx";

const AskDialog = dynamic(async () => (await import("./ask-dialog.tsx")).AskDialog, { ssr: false });
const EndDialog = dynamic(async () => (await import("./end-dialog.tsx")).EndDialog, { ssr: false });
const RequestPanel = dynamic(async () => (await import("./request-panel.tsx")).RequestPanel, {
  ssr: false,
});
const GrantPanel = dynamic(async () => (await import("./grant-panel.tsx")).GrantPanel, {
  ssr: false,
});
const PolicyDialog = dynamic(async () => (await import("./policy-dialog.tsx")).PolicyDialog, {
  ssr: false,
});

const REFRESH_MILLIS = 5_000;

interface AccessScreenProps {
  tenantId: string;
  overview: ElevationOverview;
  offers: readonly OfferView[];
  may: { ask: boolean; revoke: boolean; manage: boolean };
}

/** Who holds elevated rights, who asks for them, and what may be asked for. */
export function AccessScreen({ tenantId, overview, offers, may }: AccessScreenProps) {
  const t = useTranslations("access");
  const url = useUrlState();
  const [isAsking, setAsking] = useState(false);
  const [ending, setEnding] = useState<GrantView | null>(null);
  const [changing, setChanging] = useState<OfferView | null>(null);
  usePageRefresh(true, REFRESH_MILLIS);
  const { grants, requests, ended, asOf } = overview;
  const open = (params: { request?: string; grant?: string }) =>
    url.change({ request: null, grant: null, ...params }, { push: true });
  const close = () => url.change({ request: null, grant: null });
  const request = url.params.get("request");
  const grant = url.params.get("grant");
  const askable = offers.filter(({ yours }) => yours.length > 0);
  const grantCard = (each: GrantView) => (
    <GrantCard
      key={each.grantId}
      grant={each}
      asOf={asOf}
      mayRevoke={may.revoke}
      onOpen={(id) => open({ grant: id })}
      onEnd={setEnding}
    />
  );
  const requestCards = (isYours: boolean) =>
    requests
      .filter((each) => each.isYours === isYours)
      .map((each) => (
        <RequestCard key={each.requestId} request={each} onOpen={(id) => open({ request: id })} />
      ));
  const whyNotAsk = !may.ask ? t("mayNotAsk") : askable.length === 0 ? t("nothingOffered") : null;
  return (
    <AsOfProvider at={asOf}>
      <PageHeader
        title={t("title")}
        asOf={asOf}
        actions={
          <>
            <Button look="primary" disabledReason={whyNotAsk} onClick={() => setAsking(true)}>
              {t("ask")}
            </Button>
            <RefreshButton />
          </>
        }
      />
      <p className="text-muted text-sm">{t("rule")}</p>
      <CardList title={t("mine.title")} empty={t("mine.empty")}>
        {[...grants.filter(({ isYours }) => isYours).map(grantCard), ...requestCards(true)]}
      </CardList>
      <CardList title={t("waiting.title")} empty={t("waiting.empty")}>
        {requestCards(false)}
      </CardList>
      <CardList title={t("live.title")} empty={t("live.empty")}>
        {grants.filter(({ isYours }) => !isYours).map(grantCard)}
      </CardList>
      <Section title={t("offers.title")}>
        <div className="grid items-start gap-4 xl:grid-cols-2">
          {offers.map((offer) => (
            <OfferCard
              key={offer.environment}
              offer={offer}
              mayManage={may.manage}
              onChange={setChanging}
            />
          ))}
        </div>
      </Section>
      <CardList title={t("ended.title")} empty={t("ended.empty")}>
        {ended.map(grantCard)}
      </CardList>
      {isAsking ? (
        <AskDialog tenantId={tenantId} offers={askable} onClose={() => setAsking(false)} />
      ) : null}
      {ending ? (
        <EndDialog tenantId={tenantId} grant={ending} onClose={() => setEnding(null)} />
      ) : null}
      {changing ? (
        <PolicyDialog
          key={`${changing.environment}/${changing.version}`}
          tenantId={tenantId}
          offer={changing}
          onClose={() => setChanging(null)}
        />
      ) : null}
      {request ? (
        <RequestPanel key={request} tenantId={tenantId} requestId={request} onClose={close} />
      ) : grant ? (
        <GrantPanel
          key={grant}
          tenantId={tenantId}
          grantId={grant}
          mayRevoke={may.revoke}
          onEnd={setEnding}
          onClose={close}
        />
      ) : null}
    </AsOfProvider>
  );
}

function CardList(props: { title: string; empty: string; children: readonly ReactNode[] }) {
  return (
    <Section look="card" title={props.title}>
      {props.children.length > 0 ? (
        <ul className="divide-y divide-line">{props.children}</ul>
      ) : (
        <p className="px-4 py-3 text-muted text-sm">{props.empty}</p>
      )}
    </Section>
  );
}
