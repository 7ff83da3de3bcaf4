import "server-only";

/** What other parts of the server may use of the compliance feature. */
export { ExportOscalInput, OscalExport } from "./schema.ts";
export { exportOscal } from "./verbs/export-oscal.ts";
export { lookAtCompliance } from "./verbs/look-at-compliance.ts";
export { recordLogAudit } from "./verbs/record-log-audit.ts";
export { FrameworkName } from "./views.ts";
