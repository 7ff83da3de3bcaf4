export { runWithin } from "#server/platform/run-within.ts";
