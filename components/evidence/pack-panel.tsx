"use client";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import type { PackView } from "#server/features/evidence/schema.ts";
import { byteText } from "./byte-text.ts";
import { PackState } from "./pack-state.tsx";
import { QueryText } from "./query-text.tsx";

interface PackPanelProps {
  tenantId: string;
  pack: PackView;
  verifierKey: string;
  mayExport: boolean;
  onClose: () => void;
}

/** One pack: what it is of, what it proves, how it is taken and checked. */
export function PackPanel({ tenantId, pack, verifierKey, mayExport, onClose }: PackPanelProps) {
  const t = useTranslations("packs");
  const format = useFormatter();
  const { from, to, treeSize, digest, bytes, expiresAt, failure } = pack;
  const command = `npm run -s console -- evidence verify evidence-${tenantId}-${pack.packId}.tar --vkey log.vkey`;
  const facts = [
    { name: t("panel.opens"), value: t(`disclosure.${pack.disclosure}`) },
    { name: t("panel.matches"), value: format.number(pack.matches) },
    {
      name: t("panel.range"),
      value: t("range", { from: Number(from), to: Number(to), size: Number(treeSize) }),
    },
    { name: t("panel.asOf"), value: <ClockTime at={pack.asOf} /> },
    { name: t("panel.cosignatures"), value: format.number(pack.cosignatures) },
    { name: t("panel.asked"), value: <bdi className="font-sans">{pack.askedByName}</bdi> },
    { name: t("panel.size"), value: bytes === null ? "—" : t("bytes", byteText(bytes)) },
    { name: t("panel.digest"), value: digest ? <Identifier value={digest} ends={10} /> : "—" },
    { name: t("panel.expires"), value: expiresAt ? <ClockTime at={expiresAt} /> : "—" },
  ];
  return (
    <DetailPanel title={<QueryText query={pack.query} />} kind={t("panel.kind")} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <div className="flex flex-wrap items-center gap-3">
          <PackState pack={pack} />
          {pack.state === "ready" && mayExport ? (
            <a
              href={`/api/v1/evidence/${tenantId}/packs/${pack.packId}`}
              download
              className="inline-flex h-8 items-center gap-2 rounded-md border border-line-strong bg-raised px-3 font-medium text-sm hover:bg-hover"
            >
              <Download aria-hidden className="size-4 text-muted" />
              {t("panel.download")}
            </a>
          ) : null}
        </div>
        {pack.state === "ready" && !mayExport ? (
          <p className="text-muted text-sm">{t("mayNot")}</p>
        ) : null}
        {pack.state === "requested" || pack.state === "building" ? (
          <p className="text-muted text-sm">{t("panel.notReady")}</p>
        ) : null}
        {pack.state === "expired" ? <p className="text-sm">{t("panel.ended")}</p> : null}
        {failure ? <p className="text-danger text-sm">{t(`failure.${failure}`)}</p> : null}
        <KeyValueList facts={facts} />
        <section className="flex flex-col gap-1">
          <h3 className="font-semibold text-sm">{t("panel.proves")}</h3>
          <p className="text-sm">{t("proves.always")}</p>
          <p className="text-sm">{t(`proves.${pack.disclosure}`)}</p>
        </section>
        <section className="flex flex-col gap-2">
          <h3 className="font-semibold text-sm">{t("panel.verifyTitle")}</h3>
          <p className="text-sm">{t("panel.verify")}</p>
          <Identifier value={command} />
          <p className="text-muted text-sm">{t("panel.vkey")}</p>
          <Identifier value={verifierKey} />
        </section>
      </div>
    </DetailPanel>
  );
}
