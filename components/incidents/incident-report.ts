import type { useTranslations } from "next-intl";
import type { IncidentEvent, IncidentView } from "#server/features/rotation/leaks/views.ts";

/** The words of the page, as its components get them. */
export interface ReportWords {
  t: ReturnType<typeof useTranslations<"incidents">>;
  rotations: ReturnType<typeof useTranslations<"rotations">>;
  consumers: ReturnType<typeof useTranslations<"consumers">>;
  eventVerb: (type: string) => string;
  sourceReason: (reason: string) => string;
  consumerReason: (reason: string) => string;
}

/** The page of an incident as Markdown, section for section; times in UTC. */
export function incidentReport(view: IncidentView, words: ReportWords): string {
  const { t } = words;
  const sources = (names: readonly string[]) =>
    view.sources.filter(({ source }) => names.includes(source));
  const readers = sources(["vault-policies", "vault-roles", "vault-entities"]);
  const users = sources(["sessions", "leases", "vault-audit"]);
  return [
    `# ${line(t("report.heading", { name: view.credential.name }))}`,
    `${t("report.id")}: \`${view.incidentId}\`  \n${t("report.asOf")}: ${time(view.asOf)}  \n${t("report.state")}: ${t(`state.${view.state}`)}`,
    section(t("facts.title"), factsTable(view, words)),
    section(t("proof.title"), proofText(view, words)),
    section(t("readers.title"), rolesText(view, words), sourcesText(readers, words)),
    section(
      t("uses.title"),
      sourcesText(users, words),
      usesText(view, words),
      `### ${t("uses.console")}`,
      eventsTable(view.consoleUses, words) || t("uses.none"),
    ),
    section(t("consumers.title"), consumersTable(view, words)),
    section(t("timeline.title"), eventsTable(view.timeline, words) || t("timeline.none")),
  ]
    .join("\n\n")
    .concat("\n");
}

function factsTable(view: IncidentView, { t, rotations }: ReportWords): string {
  const { credential } = view;
  const unknown = t("facts.unknownVersion");
  return table(
    [t("report.name"), t("report.detail")],
    [
      [t("facts.credential"), credential.name],
      [t("facts.class"), rotations(`class.${credential.class}`)],
      [t("facts.environment"), credential.environment],
      [t("facts.path"), `${credential.store}: ${credential.path}`],
      [t("facts.owner"), credential.owner],
      [t("facts.version"), `${view.leakedVersion ?? unknown}`],
      [t("facts.exposed"), view.exposedFrom ? time(view.exposedFrom) : unknown],
      [t("facts.opened"), `${time(view.openedAt)} ${t("facts.by")} ${view.openedBy.name}`],
      [t("facts.reason"), view.reason ?? t("facts.erased")],
    ],
  );
}

function proofText({ proof, rotation, closing }: IncidentView, { t, rotations }: ReportWords) {
  const parts = [
    proof
      ? `**${t("proof.dead")}** ${time(proof.at)}: ${line(proof.note)}  \n${t("proof.event")}: \`${proof.eventId}\` (${t(proof.isSealed ? "proof.sealed" : "proof.recorded")})`
      : `**${t("proof.none")}**`,
    rotation
      ? `${t("proof.rotation")}: ${rotations.has(`rotation.${rotation.state}` as never) ? rotations(`rotation.${rotation.state}` as never) : rotation.state}${rotation.errorText ? ` (${line(rotation.errorText)})` : ""}`
      : t("proof.noRotation"),
  ];
  if (closing) {
    parts.push(`### ${t("closing.title")}`, quoted(closing.findings ?? t("facts.erased")));
    if (closing.proofByHand) parts.push(`${t("proof.byHand")}: ${line(closing.proofByHand)}`);
    parts.push(`${t("closing.by", { name: line(closing.by.name) })} ${time(closing.at)}`);
  }
  return parts.join("\n\n");
}

function rolesText({ consoleRoles }: IncidentView, { t }: ReportWords): string {
  const roles = consoleRoles.map(({ role, mayRotate, mayOverride }) => {
    const may = [mayRotate && t("readers.mayRotate"), mayOverride && t("readers.mayOverride")];
    return `- \`${role}\`: ${may.filter(Boolean).join(", ") || t("readers.seesOnly")}`;
  });
  return [`### ${t("readers.console")}`, t("readers.consoleBody"), roles.join("\n")].join("\n\n");
}

function sourcesText(sources: IncidentView["sources"], words: ReportWords): string {
  const { t, sourceReason } = words;
  return sources
    .map(({ source, state, reason, lookedAt, findings }) => {
      const told = [t(`sourceState.${state}`), reason && sourceReason(reason)];
      const head = `### ${t(`source.${source}`)}\n\n${[...told, lookedAt && time(lookedAt)].filter(Boolean).join(" · ")}`;
      const rows = findings.map(({ name, detail, human, firstSeenAt, lastSeenAt }) => [
        name,
        t(`human.${human}`),
        detail,
        t("seen", { from: time(firstSeenAt), to: time(lastSeenAt) }),
      ]);
      const columns = [t("report.name"), t("report.who"), t("report.detail"), t("report.time")];
      if (rows.length > 0) return `${head}\n\n${table(columns, rows)}`;
      return state === "read" ? `${head}\n\n${t("nobody")}` : head;
    })
    .join("\n\n");
}

function usesText({ oldUses }: IncidentView, { consumers, consumerReason }: ReportWords): string {
  return oldUses
    .map((use) => {
      const named = use.users.map((user) => `${user.application} ${user.address}`.trim());
      const users = use.heldBy ? [use.heldBy, ...named] : named;
      const reason = use.reason ? ` (${consumerReason(use.reason)})` : "";
      const who = users.length > 0 ? `: ${line(users.join(", "))}` : "";
      return `- ${consumers(`source.${use.source}`)}: ${consumers(`use.${use.state}`, { count: use.uses ?? 0 })}${reason}${who}, ${time(use.checkedAt)}`;
    })
    .join("\n");
}

function consumersTable(view: IncidentView, words: ReportWords): string {
  const { t, consumers, consumerReason } = words;
  if (view.consumers.length === 0) return consumers("none");
  return table(
    [t("report.name"), t("report.what"), t("report.state"), t("report.since")],
    view.consumers.map((each) => [
      [each.cluster, each.namespace, each.name].filter(Boolean).join("/"),
      consumers(`kind.${each.kind}`),
      `${consumers(`state.${each.state}`)}: ${consumerReason(each.reason)}`,
      time(each.stateSince),
    ]),
  );
}

function eventsTable(events: readonly IncidentEvent[], { t, eventVerb }: ReportWords): string {
  if (events.length === 0) return "";
  return table(
    [t("report.time"), t("report.what"), t("report.who"), t("report.outcome"), t("report.detail")],
    events.map((event) => [
      time(event.at),
      eventVerb(event.type),
      event.actorName ?? event.actorKind,
      event.outcome,
      event.note ?? "",
    ]),
  );
}

function section(title: string, ...parts: string[]): string {
  return [`## ${title}`, ...parts.filter(Boolean)].join("\n\n");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(line).join(" | ")} |`;
  return [row(columns), row(columns.map(() => "---")), ...rows.map(row)].join("\n");
}

/** Text of others on one line, with nothing in it that Markdown would take for its own. */
function line(text: string): string {
  if (text === "---") return text;
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>|#]/g, "\\$&");
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((each) => `> ${line(each)}`)
    .join("\n");
}

function time(at: Date): string {
  return at.toISOString();
}
