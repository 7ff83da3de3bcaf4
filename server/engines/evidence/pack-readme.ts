import type { PackPlan } from "./pack-format.ts";

const OPENED: Record<PackPlan["disclosure"], string> = {
  matches: `Entries that do not fit the query are here as leaf hashes alone. The hashes prove that none of them was
changed, taken out, put in or moved. That none of them fits the query is *said* by the signed manifest, not
proved: ask for any single entry by its index, and its hash will show whether you were given the right one.`,
  envelopes: `The envelope of every entry of the range is here (\`tile/entries\`). A query over what envelopes hold (type,
subject, outcome, kind of actor, pseudonym, trace, source, time, index, id) can be asked again offline: that nothing that
fits was left out is *proved*. Where a query asks for words or payload fields, an entry that only its payload
could decide is *said* not to fit, and counted.`,
  payloads: `The envelope of every entry of the range is here, and the payload of each entry that only its payload can
decide. That nothing that fits was left out is *proved*, but for entries whose payload is erased or unreadable: these
are counted.`,
};

/** What a stranger reads first: what is here, what it proves, and how to check it without us. */
export function packReadme({ origin, range, disclosure, query, asOf }: PackPlan): string {
  return `# Evidence from the log ${origin}

Entries ${range.from} to ${range.to} (exclusive) of the ${range.treeSize} entries under the signed head in \`checkpoint\`, and
of these the events that fit a query, asked at ${asOf}:

    ${query === "" ? "(every event)" : query}

## What is here
- \`checkpoint\`: the log's signed head (C2SP tlog-checkpoint) with the cosignatures of its witnesses.
- \`log.vkey\`, \`policy\`: the log's key and the witnesses that it asks (C2SP tlog-policy). Believe neither because
  they are here: compare them with keys that you got elsewhere.
- \`log-keys.json\`: every key that signed the log, now and before, with the tree sizes of each and the notes by which one
  handed over to the next, signed by both. Whoever holds any of them follows the handovers to the others.
- \`tile/<L>/<N>\`: the log's hash tiles (C2SP tlog-tiles): every leaf hash of the range, and what binds it to the root.
- \`tile/entries/<N>\`: entry bundles (C2SP tlog-tiles), where the pack opens the whole range.
- \`events/<N>.ndjson\`: the events that fit, by tile; a line each: \`index\`, \`envelope\`, \`payload\`, \`salt\` (hexadecimal), \`state\`.
- \`payloads/<N>.ndjson\`: payloads of events that do not fit, where the pack opens them.
- \`query.json\`: the query, the time it was asked at, and its meaning.
- \`MANIFEST.sha256\`, \`MANIFEST.note\`: SHA-256 of every file, signed by the log's key (C2SP signed-note).

## What it proves
${OPENED[disclosure]}

## How to check it
With the console's own program, offline: \`npm run -s console -- evidence verify PACK --vkey FILE [--witness FILE]\`
(exit 0 valid, 1 not, 2 cannot tell).

Without it:
1. \`sha256sum -c MANIFEST.sha256\` and compare its own SHA-256 with the one in \`MANIFEST.note\`. Open the note and \`checkpoint\`
   with any signed-note library and the log's key (\`golang.org/x/mod/sumdb/note\`).
2. Point a tlog-tiles client at this folder (\`golang.org/x/mod/sumdb/tlog\`: \`TileHashReader\` over these files, the tree of
   \`checkpoint\`): reading any leaf of the range checks it against the signed root. RFC 6962 hashes: leaf
   \`SHA-256(0x00 || entry)\`, node \`SHA-256(0x01 || left || right)\`.
3. For a line of \`events/\`: the RFC 8785 JSON of \`envelope\` is the log entry at \`index\`; its leaf hash stands in
   \`tile/0\`. Where \`state\` is \`intact\`, \`SHA-256(salt || RFC 8785 JSON of payload)\` is the envelope's
   \`payloadcommitment\`. Other states (\`erased\`, \`unreadable\`, \`altered\`) have no payload here; the commitment stands.
`;
}
