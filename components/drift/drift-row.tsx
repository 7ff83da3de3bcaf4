"use client";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { cx } from "#components/ui/cx.ts";
import type { FindingView, GroupView } from "#server/features/drift/views.ts";
import { type AwayClusters, isUnknown } from "./away-clusters.ts";
import { CauseText } from "./cause-text.tsx";
import { SeverityMark, StateMark, UnknownMark } from "./drift-marks.tsx";
import type { DriftLine } from "./drift-rows.ts";
import { STATES } from "./drift-url.ts";
import { useReasonText } from "./finding-sentence.tsx";
import { objectName } from "./object-name.ts";

export const COLUMN_COUNT = 8;
const CELL = "h-13 px-2.5 text-start font-normal";
/** Beside an open panel and on a phone they stand below the title. */
const MIDDLE = "hidden @3xl:table-cell";
const WIDE = "hidden @4xl:table-cell";

interface DriftRowProps {
  tenantId: string;
  line: DriftLine;
  /** The finding that stands open beside the table. */
  selected: string | null;
  away: AwayClusters;
  onOpen: (findingId: string) => void;
  onToggle: (groupId: string) => void;
  onMore: () => void;
}

/** One line of the table: a cause over however many objects, or one object. */
export function DriftRow(props: DriftRowProps) {
  const { line, onToggle, onMore } = props;
  const t = useTranslations("drift");
  if (line.kind === "more") {
    return (
      <tr className="border-line border-b">
        <td colSpan={COLUMN_COUNT} className="h-13 ps-12 text-start">
          <Button size="sm" isBusy={line.isLoading} onClick={onMore}>
            {t(line.isLoading ? "group.loading" : "group.more")}
          </Button>
        </td>
      </tr>
    );
  }
  if (line.kind === "finding") return <FindingRow {...props} finding={line.finding} />;
  const { group, isOpen } = line;
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <Line
      {...props}
      findingId={group.example.findingId}
      isSelected={group.count === 1 && props.selected === group.example.findingId}
      toggle={
        group.count > 1 ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-label={t(isOpen ? "group.close" : "group.open", { count: group.count })}
            onClick={() => onToggle(group.groupId)}
            className="grid size-7 place-items-center rounded-md hover:bg-hover"
          >
            <Icon aria-hidden className="mirrored size-4" />
          </button>
        ) : null
      }
      severity={group.severity}
      title={`${t(`rule.${group.rule}`)} · ${group.objectKind}`}
      detail={<GroupDetail group={group} />}
      state={<GroupState group={group} away={props.away} />}
      blast={<Blast group={group} />}
      cause={group.cause}
      first={group.firstSeenAt}
      last={group.lastSeenAt}
    />
  );
}

function FindingRow(props: DriftRowProps & { finding: FindingView }) {
  const { finding, selected } = props;
  return (
    <Line
      {...props}
      findingId={finding.findingId}
      isSelected={selected === finding.findingId}
      isBelow
      toggle={null}
      severity={finding.severity}
      title={<Code text={objectName(finding.object)} />}
      detail={<Code text={finding.cluster} />}
      state={finding.unknownSince ? <UnknownMark /> : <StateMark state={finding.state} />}
      blast={<bdi dir="ltr">{finding.environment ?? "–"}</bdi>}
      cause={finding.cause}
      first={finding.firstSeenAt}
      last={finding.lastSeenAt}
    />
  );
}

interface LineProps extends Pick<DriftRowProps, "tenantId" | "onOpen"> {
  findingId: string;
  isSelected: boolean;
  isBelow?: boolean;
  toggle: ReactNode;
  severity: GroupView["severity"];
  title: ReactNode;
  detail: ReactNode;
  state: ReactNode;
  blast: ReactNode;
  cause: GroupView["cause"];
  first: Date;
  last: Date;
}

function Line(props: LineProps) {
  const { tenantId, findingId, isSelected, isBelow, onOpen } = props;
  return (
    <tr
      onClick={(event) => {
        const isControl = event.target instanceof Element && event.target.closest("button, a");
        if (!isControl) onOpen(findingId);
      }}
      className={cx(
        "cursor-pointer border-line border-b last:border-b-0",
        isSelected ? "bg-selected" : isBelow ? "bg-sunken hover:bg-hover" : "hover:bg-hover",
      )}
    >
      <td className="h-13 w-9 ps-1.5">{props.toggle}</td>
      <th scope="row" className={cx(CELL, "w-full max-w-0 ps-1")}>
        <span className="flex min-w-0 flex-col">
          <button
            type="button"
            data-row-open={findingId}
            aria-current={isSelected ? "true" : undefined}
            onClick={() => onOpen(findingId)}
            className="min-h-6 truncate text-start font-medium hover:underline"
          >
            {props.title}
          </button>
          <span className="flex min-w-0 items-center gap-2 text-muted text-xs">
            <span className="inline-flex shrink-0 gap-2 @3xl:hidden">
              <SeverityMark severity={props.severity} />
              {props.state}
            </span>
            <span className="min-w-0 flex-1 truncate">{props.detail}</span>
          </span>
        </span>
      </th>
      <td className={cx(CELL, MIDDLE)}>
        <SeverityMark severity={props.severity} />
      </td>
      <td className={cx(CELL, MIDDLE)}>{props.state}</td>
      <td className={cx(CELL, WIDE, "whitespace-nowrap text-sm")}>{props.blast}</td>
      <td className={cx(CELL, WIDE)}>
        <CauseText tenantId={tenantId} cause={props.cause} isShort />
      </td>
      <td className={cx(CELL, WIDE)}>
        <Time at={props.first} className="text-muted" />
      </td>
      <td className={cx(CELL, WIDE)}>
        <Time at={props.last} className="text-muted" />
      </td>
    </tr>
  );
}

/** A name on one line: what does not fit is cut at its end, in every language. */
function Code({ text }: { text: string }) {
  return (
    <bdi dir="ltr" className="inline-block max-w-full truncate align-bottom" data-tip={text}>
      {text}
    </bdi>
  );
}

/** Which object, of one; else what its objects have in common. */
function GroupDetail({ group }: { group: GroupView }) {
  const reasonText = useReasonText();
  const [path, ...others] = group.paths;
  if (group.count === 1) return <Code text={objectName(group.example.object)} />;
  if (path) return <Code text={others.length > 0 ? `${path} +${others.length}` : path} />;
  return reasonText(group) ?? <Code text={objectName(group.example.object)} />;
}

/** The state that most of them are in; several are counted. */
function GroupState({ group, away }: { group: GroupView; away: AwayClusters }) {
  if (isUnknown(away, group.clusters, group.rule)) return <UnknownMark />;
  const counted = STATES.map((state) => ({ state, count: group.states[state] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const [most] = counted;
  if (!most) return null;
  return group.count === 1 ? (
    <StateMark state={most.state} />
  ) : (
    <StateMark state={most.state} count={most.count} />
  );
}

/** How far one cause reaches. */
function Blast({ group }: { group: GroupView }) {
  const t = useTranslations("drift.blast");
  return (
    <span className="flex flex-col">
      <span>{t("findings", { count: group.count })}</span>
      <span className="text-muted text-xs">
        {group.namespaces > 1 ? t("namespaces", { count: group.namespaces }) : null}
        {group.clusters.length > 1 ? ` · ${t("clusters", { count: group.clusters.length })}` : null}
        {group.namespaces > 1 && group.environments.length > 0 ? " · " : null}
        <bdi dir="ltr">{group.environments.join(", ")}</bdi>
      </span>
    </span>
  );
}
