/**
 * What drivers and the worker say of a receiver. It is kept as it was said at the time; these are the
 * sentences that have words in each language, with what they name. A test holds them against the drivers.
 */
const SENTENCES = {
  loginRefused: /^(?<a>.+) refused the login \((?<b>\d+)\)$/,
  login: /^(?<a>.+) refused the login$/,
  nothingThere: /^(?<a>.+) has nothing that takes events there \((?<b>\d+)\)$/,
  sendsOn: /^(?<a>.+) sends on to another address \((?<b>\d+)\), which is not followed$/,
  busy: /^(?<a>.+) can't take events now \((?<b>\d+)\)$/,
  refusedAddress: /^(?<a>.+) stands for an address that may not be reached from here$/,
  unknownName: /^(?<a>.+) is a name that nobody knows$/,
  nothingListens: /^nothing listens at (?<a>.+)$/,
  broke: /^(?<a>.+) broke the connection$/,
  noTrust: /^no trusted connection to (?<a>.+?)(?: \((?<b>[A-Z0-9_]+)\))?$/,
  silent: /^(?<a>.+) did not answer in time$/,
  unreachable: /^(?<a>.+) could not be reached$/,
  mayNotPublish: /^the login may not publish to (?<a>.+), or not ask about its stream$/,
  streamTakesNot: /^the stream (?<a>.+) does not take (?<b>.+)$/,
  noStream: /^no stream takes (?<a>.+)$/,
  noClientKey: /^a client certificate without its private key$/,
  notOpenSearch: /^(?<a>.+) does not answer like OpenSearch's _bulk$/,
  mayNotLook: /^the login may not look at (?<a>.+) at (?<b>.+)$/,
  noIndex: /^(?<a>.+) has no index or data stream (?<b>.+)$/,
  splunkIndex: /^(?<a>.+) knows no such index, or the token may not write to it$/,
  noAcknowledgement: /^the token has no indexer acknowledgement$/,
  notSplunk: /^(?<a>.+) does not answer like Splunk's HTTP Event Collector$/,
  noAnswer: /^no answer within (?<a>\d+) seconds$/,
  checkFailed: /^the check failed$/,
  tooManyLetters: /^(?<a>\d+) events are set aside, so nothing more is sent$/,
  workerStopped: /^the worker was stopped$/,
  vaultUnreadable: /^the vault could not be read at (?<a>.+) \((?<b>.+)\)$/,
  secretField: /^the secret at (?<a>.+) has no field (?<b>.+)$/,
  noSecret: /^the vault holds no secret at (?<a>.+)$/,
  noReply: /^it did not answer$/,
  notWell: /^the sink is not well$/,
  tooBig: /^is bigger than the receiver takes$/,
  tooBigForStream: /^is bigger than the stream takes$/,
  streamLater: /^the stream refused it for now \((?<a>\d+)\)$/,
  streamSilent: /^the stream did not acknowledge it in time$/,
  indexersSilent: /^the indexers have not acknowledged it in time$/,
  splunkCode: /^Splunk answered code (?<a>\d+)$/,
  tooLong: /^is longer than (?<a>\d+) bytes$/,
  refusedRequest: /^refused the request \((?<a>\d+)\)$/,
  answeredOdd: /^(?<a>.+) answered (?<b>\d+)$/,
  answered: /^(?<a>.+) answered (?<b>\d+ \w+)$/,
  answeredIndex: /^(?<a>.+) answered (?<b>\d+.*): look at the index$/,
  takesNone: /^the receiver takes none of the events: (?<a>.*)$/,
  notMasked: /^it could not be masked or mapped as the sink's rules say$/,
  notSent: /^it could not be sent \((?<a>.+)\)$/,
  tooManyBytes: /^has (?<a>\d+) bytes, and the (?:server|receiver) takes (?<b>\d+)$/,
  notAllDeleted: /^(?<a>.+) did not delete all of them$/,
  notYetSent: /^not sent$/,
  interrupted: /^was interrupted$/,
} as const;

type SentenceKey = keyof typeof SENTENCES;

/** The sentence that a text is, and what it names. */
export function knownTrouble(text: string): { key: SentenceKey; a: string; b: string } | null {
  for (const [key, pattern] of Object.entries(SENTENCES)) {
    const found = pattern.exec(text);
    if (!found) continue;
    const { a = "", b = "" } = found.groups ?? {};
    return { key: key as SentenceKey, a, b };
  }
  return null;
}
