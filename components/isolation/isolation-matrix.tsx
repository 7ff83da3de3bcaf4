"use client";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cx } from "#components/ui/cx.ts";
import { Status } from "#components/ui/status.tsx";
import { LAYERS } from "#server/engines/isolation/declaration.ts";
import type { CellLayer } from "#server/engines/isolation/fact.ts";
import type { MatrixCell, MatrixRow } from "#server/features/isolation/views.ts";
import { CELL_TONE } from "./cell-tone.ts";

interface IsolationMatrixProps {
  tenantId: string;
  /** The rows of the page; totals are of all that match. */
  shown: readonly MatrixRow[];
  matching: readonly MatrixRow[];
  chosen: CellLayer | null;
  /** The link of a cell: filters stay as they are. */
  hrefOf: (tenant: string, cell: CellLayer) => string;
}

/** Tenants down, layers across: a state in each cell beside the declared model, where it is, and totals. */
export function IsolationMatrix(props: IsolationMatrixProps) {
  const { tenantId, shown, matching, chosen, hrefOf } = props;
  const t = useTranslations("isolation");
  const format = useFormatter();
  const share = (cells: readonly Pick<MatrixCell, "state">[]) =>
    `${format.number(cells.filter(({ state }) => state === "verified").length)} / ${format.number(cells.length)}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={t("matrixLabel")} tabIndex={0} className="overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{t("matrixLabel")}</caption>
        <thead>
          <tr className="border-line border-b text-muted text-xs">
            <th scope="col" className="px-3 py-2 text-start font-medium">
              {t("tenant")}
            </th>
            {LAYERS.map((layer) => (
              <th key={layer} scope="col" className="px-3 py-2 text-start font-medium">
                {t(`layer.${layer}`)}
              </th>
            ))}
            <th scope="col" className="border-line border-s px-3 py-2 text-start font-medium">
              {t("layer.residency")}
            </th>
            <th scope="col" className="px-3 py-2 text-end font-medium">
              {t("total")}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr
              key={row.tenant}
              className={cx(
                "border-line border-b last:border-b-0",
                row.tenant === tenantId && "bg-selected",
              )}
            >
              <th scope="row" className="px-3 py-1.5 text-start font-normal">
                <TenantName row={row} />
              </th>
              {row.cells.map((cell) => (
                <td key={cell.layer} className="px-1.5 py-1">
                  <Cell
                    row={row}
                    cell={cell}
                    href={hrefOf(row.tenant, cell.layer)}
                    isChosen={row.tenant === tenantId && cell.layer === chosen}
                  />
                </td>
              ))}
              <td className="border-line border-s px-1.5 py-1">
                <Residency
                  row={row}
                  href={hrefOf(row.tenant, "residency")}
                  isChosen={row.tenant === tenantId && chosen === "residency"}
                />
              </td>
              <td className="px-3 text-end">{share(row.cells)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-line border-t text-muted">
            <th scope="row" className="px-3 py-2 text-start font-medium">
              {t("total")}
            </th>
            {LAYERS.map((layer) => (
              <td key={layer} className="px-3">
                {share(
                  matching.flatMap(({ cells }) => cells.filter((cell) => cell.layer === layer)),
                )}
              </td>
            ))}
            <td className="border-line border-s px-3">
              {share(matching.map(({ residency }) => residency))}
            </td>
            <td className="px-3 text-end font-medium text-text">
              {share(matching.flatMap(({ cells }) => cells))}
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function TenantName({ row }: { row: MatrixRow }) {
  const t = useTranslations("isolation");
  return (
    <span className="flex flex-col">
      <span className="font-medium">{row.displayName}</span>
      <span className="text-muted text-xs">
        {row.model ? t(`model.${row.model}`) : t("noModel")}
        {row.regions.length > 0 ? ` · ${row.regions.join(", ")}` : ""}
      </span>
    </span>
  );
}

interface CellProps {
  row: MatrixRow;
  cell: MatrixCell;
  href: string;
  isChosen: boolean;
}

function Cell({ row, cell, href, isChosen }: CellProps) {
  const t = useTranslations("isolation");
  const model = cell.model ? t(`model.${cell.model}`) : t("noModel");
  const label = t("cellLabel", {
    layer: t(`layer.${cell.layer}`),
    tenant: row.displayName,
    state: t(`state.${cell.state}`),
    model,
  });
  return (
    <StateLink href={href} state={cell.state} label={label} isChosen={isChosen}>
      <span aria-hidden className="ms-auto font-mono text-muted text-xs">
        {cell.model ? t(`letter.${cell.model}`) : "–"}
      </span>
    </StateLink>
  );
}

/** Where it is, against the regions that were agreed. */
function Residency({ row, href, isChosen }: Omit<CellProps, "cell">) {
  const t = useTranslations("isolation");
  const { state } = row.residency;
  const label = t("residencyLabel", {
    tenant: row.displayName,
    state: t(`state.${state}`),
    regions: row.regions.join(", ") || t("noRegions"),
  });
  return <StateLink href={href} state={state} label={label} isChosen={isChosen} />;
}

interface StateLinkProps {
  href: string;
  state: MatrixCell["state"];
  label: string;
  isChosen: boolean;
  children?: ReactNode;
}

function StateLink({ href, state, label, isChosen, children }: StateLinkProps) {
  const t = useTranslations("isolation");
  return (
    <Link
      href={href}
      scroll={false}
      prefetch={false}
      aria-current={isChosen ? "true" : undefined}
      data-tip={label}
      className={cx(
        "relative flex min-h-8 items-center gap-2 rounded-md px-1.5 hover:bg-hover",
        isChosen && "outline outline-2 outline-accent",
      )}
    >
      <Status tone={CELL_TONE[state]} look="plain">
        {t(`state.${state}`)}
      </Status>
      {children}
      <span className="sr-only">{`: ${label}`}</span>
    </Link>
  );
}
