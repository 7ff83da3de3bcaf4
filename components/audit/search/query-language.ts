import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import { completeQuery } from "#server/engines/query-language/complete-query.ts";
import { highlightQuery } from "#server/engines/query-language/highlight-query.ts";

/** The language itself, loaded once the page stands: it explains while one types. */
export const queryLanguage = { analyzeQuery, completeQuery, highlightQuery };
export type QueryLanguage = typeof queryLanguage;
