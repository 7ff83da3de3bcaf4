import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import { compileOpenSearch } from "#server/engines/query-language/compile-opensearch.ts";
import { SEARCH_MAPPING, SEARCH_TARGET } from "#server/engines/query-language/search-document.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** A query of the log's search as OpenSearch's DSL, for an index that a sink fills with search terms. */
export const logQueryCommand: Command = {
  usage: "log query QUERY | log query --mapping",
  summary:
    "a search of the log as the body of OpenSearch's _search, or the mapping that its index needs",
  async run([query, ...more], { out, err }) {
    if (query === undefined || more.length > 0) throw new UsageError("Name one query, in quotes.");
    if (query === "--mapping") {
      out(JSON.stringify({ mappings: SEARCH_MAPPING }, null, 2));
      return EXIT.fine;
    }
    const { condition, problems } = analyzeQuery(query, { now: Date.now() });
    for (const { from, to, message, remedy } of problems)
      err(`${from + 1}–${to}: ${message} ${remedy}`);
    if (!condition) return EXIT.findings;
    const body = {
      query: { bool: { filter: [compileOpenSearch(condition, SEARCH_TARGET)] } },
      sort: [{ [SEARCH_TARGET.fields.leafIndex]: "desc" }],
    };
    out(JSON.stringify(body, null, 2));
    return EXIT.fine;
  },
};
