import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { judgeImage } from "#server/engines/supply-chain/judge-image.ts";
import { reasonWords } from "#server/engines/supply-chain/reasons.ts";
import {
  NO_DEMAND,
  type SupplyChainDemand,
  type TrustedKey,
} from "#server/engines/supply-chain/supply-chain-demand.ts";
import {
  BUILDER,
  cosignKey,
  ISSUER,
  provenance,
  SOURCE,
  sigstoreWorld,
  WORKFLOW,
} from "./testing/sigstore-world.ts";
import { readTrustedRoot } from "./trusted-root.ts";
import { verifyAttestation } from "./verify-attestation.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const IMAGE = `sha256:${sha256("checkout 1.2.0")}`;
const OTHER = `sha256:${sha256("sidecar 1.0.0")}`;
const DEMAND: SupplyChainDemand = {
  ...NO_DEMAND,
  signers: [{ issuer: ISSUER, subject: WORKFLOW }],
  builders: [{ id: BUILDER, level: 3 }],
  sources: [{ service: "checkout", repository: SOURCE, ref: "refs/heads/main" }],
};

type World = Awaited<ReturnType<typeof sigstoreWorld>>;
let world: World;
let foreign: World;
beforeAll(async () => {
  world = await sigstoreWorld();
  foreign = await sigstoreWorld();
});

interface Options {
  demand?: SupplyChainDemand;
  keys?: TrustedKey[];
  root?: World["root"] | null;
  image?: string;
  level?: "signed" | "slsa-2" | "slsa-3";
}

function judge(bodies: string[], options: Options = {}) {
  const { demand = DEMAND, keys = [], image = IMAGE, level = "slsa-3" } = options;
  const root = options.root === undefined ? world.root : options.root;
  const read = bodies.map((body) =>
    verifyAttestation({ digest: sha256(body), body }, { root, keys }),
  );
  const asked = { image, service: "checkout", level, demand: { ...demand, keys } };
  const { verdict, reasons } = judgeImage(asked, read);
  return { verdict, codes: reasons.map(({ code }) => code), words: reasons.map(reasonWords) };
}

describe("what a workflow signed", () => {
  test.each(["log", "authority"] as const)("is verified, its time by the %s", async (time) => {
    const bundle = await world.attest(provenance([IMAGE]), { time });
    expect(judge([bundle])).toMatchObject({ verdict: "verified", codes: [] });
  });

  test("one attestation may speak of two images", async () => {
    const bundle = await world.attest(provenance([IMAGE, OTHER]));
    expect(judge([bundle]).verdict).toBe("verified");
    expect(judge([bundle], { image: OTHER }).verdict).toBe("verified");
  });

  test("of two images the one without an attestation is not verified", async () => {
    const bundle = await world.attest(provenance([IMAGE]));
    expect(judge([bundle], { image: OTHER })).toMatchObject({
      verdict: "unknown",
      codes: ["no-attestation", "other-image"],
    });
    expect(judge([]).words).toEqual(["it has no attestation"]);
  });

  test("a bad attestation beside a good one says nothing against it", async () => {
    const good = await world.attest(provenance([IMAGE]));
    const bad = await foreign.attest(provenance([IMAGE]));
    expect(judge([bad, "{}", good]).verdict).toBe("verified");
  });
});

interface Opened {
  mediaType: string;
  dsseEnvelope: { payload: string; payloadType: string; signatures: [{ sig: string }] };
  verificationMaterial: {
    certificate: { rawBytes: string };
    tlogEntries: { integratedTime: string; canonicalizedBody: string }[];
  };
}
const edit = (body: string, change: (bundle: Opened) => void) => {
  const bundle = JSON.parse(body);
  change(bundle);
  return JSON.stringify(bundle);
};
const never = (): never => {
  throw new Error("there is no entry");
};
const flipped = (base64: string) => {
  const bytes = Buffer.from(base64, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return bytes.toString("base64");
};

describe("what was tampered with is refused", () => {
  test.each<[string, (bundle: Opened) => void]>([
    [
      "another payload",
      (bundle) => {
        const statement = provenance([OTHER, IMAGE]);
        bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement)).toString("base64");
      },
    ],
    [
      "another signature",
      (bundle) => {
        const [signature] = bundle.dsseEnvelope.signatures;
        signature.sig = flipped(signature.sig);
      },
    ],
    [
      "another certificate",
      (bundle) => {
        const { certificate } = bundle.verificationMaterial;
        certificate.rawBytes = flipped(certificate.rawBytes);
      },
    ],
    [
      "another time in the log",
      (bundle) => {
        const [entry = never()] = bundle.verificationMaterial.tlogEntries;
        entry.integratedTime = String(Number(entry.integratedTime) + 1);
      },
    ],
    [
      "another entry of the log",
      (bundle) => {
        const [entry = never()] = bundle.verificationMaterial.tlogEntries;
        entry.canonicalizedBody = flipped(entry.canonicalizedBody);
      },
    ],
    [
      "another payload type",
      (bundle) => {
        bundle.dsseEnvelope.payloadType = "text/plain";
      },
    ],
    [
      "an older bundle",
      (bundle) => {
        bundle.mediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2";
      },
    ],
    [
      "no log entry",
      (bundle) => {
        bundle.verificationMaterial.tlogEntries = [];
      },
    ],
  ])("%s", async (_name, change) => {
    const bundle = edit(await world.attest(provenance([IMAGE])), change);
    const { verdict, codes } = judge([bundle]);
    expect(verdict).toBe("refused");
    expect(codes).toHaveLength(1);
    expect(["other-image", "no-attestation"]).not.toContain(codes[0]);
  });

  test.each(["", "null", "[]", "{}", "not json", '{"mediaType":1}'])("%j", (body) => {
    expect(judge([body])).toMatchObject({ verdict: "refused", codes: ["not-readable"] });
  });
});

describe("who signed is compared letter by letter", () => {
  test.each([
    ["a longer name", `${WORKFLOW}-of-somebody-else`],
    ["a name with something before it", `https://evil.example/?${WORKFLOW}`],
    ["a shorter name", WORKFLOW.slice(0, -1)],
    ["a name that a pattern would match", WORKFLOW.replaceAll(".", "x")],
    ["another case", WORKFLOW.toUpperCase()],
  ])("%s is refused", async (_name, subject) => {
    const bundle = await world.attest(provenance([IMAGE]), { subject });
    const { verdict, codes, words } = judge([bundle]);
    expect({ verdict, codes }).toEqual({ verdict: "refused", codes: ["signer-untrusted"] });
    expect(words[0]).toBe(`signed by ${subject} (${ISSUER}), whom the policy does not name`);
  });

  test.each([`${ISSUER}.evil.example`, `${ISSUER}/`, "https://evil.example"])(
    "the issuer %s is refused",
    async (issuer) => {
      const bundle = await world.attest(provenance([IMAGE]), { issuer });
      expect(judge([bundle])).toMatchObject({ verdict: "refused", codes: ["signer-untrusted"] });
    },
  );

  test("an issuer that only looks the same once its high bits are dropped is another", async () => {
    // U+0168 is the bytes C5 A8; a decoder of seven bits reads E and (.
    const issuer = "https://forge.\u0168xample";
    const bundle = await world.attest(provenance([IMAGE]), { issuer });
    const signers = [{ issuer: "https://forge.E(xample", subject: WORKFLOW }];
    expect(judge([bundle], { demand: { ...DEMAND, signers } }).codes).toEqual(["signer-untrusted"]);
  });
});

describe("what is said of the build", () => {
  test.each<[string, object, string[]]>([
    [
      "another predicate",
      provenance([IMAGE], { predicateType: "https://spdx.dev/Document" }),
      ["wrong-predicate"],
    ],
    ["another builder", provenance([IMAGE], { builder: `${BUILDER}-x` }), ["wrong-builder"]],
    ["another source", provenance([IMAGE], { repository: `${SOURCE}-fork` }), ["wrong-source"]],
    ["another ref", provenance([IMAGE], { ref: "refs/heads/maintenance" }), ["wrong-source"]],
    [
      "everything at once",
      provenance([IMAGE], { builder: "laptop", ref: "refs/pull/7" }),
      ["wrong-builder", "wrong-source"],
    ],
  ])("%s is refused", async (_name, statement, codes) => {
    expect(judge([await world.attest(statement)])).toMatchObject({ verdict: "refused", codes });
  });

  test("says what was found and what is wanted", async () => {
    const bundle = await world.attest(provenance([IMAGE], { builder: "laptop" }));
    expect(judge([bundle]).words).toEqual([`built by laptop, the policy wants ${BUILDER}`]);
  });

  test("a builder of level 2 is not enough for level 3, and is for level 2", async () => {
    const bundle = await world.attest(provenance([IMAGE]));
    const demand = { ...DEMAND, builders: [{ id: BUILDER, level: 2 as const }] };
    expect(judge([bundle], { demand }).codes).toEqual(["builder-level"]);
    expect(judge([bundle], { demand, level: "slsa-2" }).verdict).toBe("verified");
  });

  test("a certificate that names another source than the provenance is refused", async () => {
    const extensions = [{ oid: "1.3.6.1.4.1.57264.1.12", value: `${SOURCE}-fork` }];
    const bundle = await world.attest(provenance([IMAGE]), { extensions });
    expect(judge([bundle]).codes).toEqual(["wrong-source"]);
  });

  test("a service that no source is named for passes nowhere", async () => {
    const bundle = await world.attest(provenance([IMAGE]));
    const sources = [{ service: "ledger", repository: SOURCE, ref: null }];
    expect(judge([bundle], { demand: { ...DEMAND, sources } }).codes).toEqual(["wrong-source"]);
  });
});

describe("only the pinned authorities count", () => {
  test("a certificate that had run out when it signed", async () => {
    const bundle = await world.attest(provenance([IMAGE]), { signedAfterSeconds: 1_200 });
    expect(judge([bundle]).codes).toEqual(["certificate-untrusted"]);
  });

  test("a signature whose time nobody vouches for", async () => {
    const bundle = await world.attest(provenance([IMAGE]), { time: "none" });
    expect(judge([bundle]).codes).toEqual(["timestamp-missing"]);
  });

  test("a certificate that is in no log of certificates, where the root has one", async () => {
    const bundle = await world.attest(provenance([IMAGE]), { isUnlogged: true });
    expect(judge([bundle]).codes).toEqual(["certificate-untrusted"]);
    const root = readTrustedRoot(JSON.stringify({ ...world.json, ctlogs: [] }));
    expect(judge([bundle], { root }).verdict).toBe("verified");
  });

  test("another authority", async () => {
    const bundle = await foreign.attest(provenance([IMAGE]));
    expect(judge([bundle]).codes).toEqual(["certificate-untrusted"]);
  });

  test.each([
    ["tlogs", "log-untrusted"],
    ["ctlogs", "certificate-untrusted"],
  ])("other %s", async (part, code) => {
    const bundle = await world.attest(provenance([IMAGE]));
    const root = readTrustedRoot(JSON.stringify({ ...world.json, [part]: foreign.json[part] }));
    expect(judge([bundle], { root }).codes).toEqual([code]);
  });

  test("another timestamp authority", async () => {
    const bundle = await world.attest(provenance([IMAGE]), { time: "authority" });
    const { timestampAuthorities } = foreign.json;
    const root = readTrustedRoot(JSON.stringify({ ...world.json, timestampAuthorities }));
    expect(judge([bundle], { root }).codes).toEqual(["timestamp-missing"]);
  });

  test("no root at all", async () => {
    const bundle = await world.attest(provenance([IMAGE]));
    expect(judge([bundle], { root: null }).codes).toEqual(["no-trusted-root"]);
  });

  test("a root is a root, and names an authority", () => {
    expect(() => readTrustedRoot("{}")).toThrow("not a Sigstore trusted root");
    expect(() =>
      readTrustedRoot(JSON.stringify({ ...world.json, certificateAuthorities: [] })),
    ).toThrow("names no certificate authority");
  });
});

describe("what a pinned key signed", () => {
  const key = cosignKey();
  const stranger = cosignKey("stranger");
  const keys = [key.trusted];

  test("is verified in each form, with no root", () => {
    const statement = provenance([IMAGE]);
    expect(judge([key.envelope(statement)], { keys, root: null }).verdict).toBe("verified");
    expect(judge([key.bundle(statement)], { keys, root: null }).verdict).toBe("verified");
    const level = "signed" as const;
    expect(judge([key.signature(IMAGE)], { keys, root: null, level }).verdict).toBe("verified");
  });

  test("a signature alone says nothing of the build", () => {
    expect(judge([key.signature(IMAGE)], { keys }).codes).toEqual(["wrong-predicate"]);
  });

  test("another key, or another image, is refused", () => {
    const statement = provenance([IMAGE]);
    const options = { keys, level: "signed" as const };
    for (const body of [
      stranger.envelope(statement),
      stranger.bundle(statement),
      stranger.signature(IMAGE),
    ]) {
      expect(judge([body], options)).toMatchObject({ verdict: "refused", codes: ["key-unknown"] });
    }
    expect(judge([key.signature(OTHER)], options).codes).toEqual(["no-attestation", "other-image"]);
  });

  test("a changed payload is refused", () => {
    const options = { keys, level: "signed" as const };
    const { Payload } = JSON.parse(key.signature(OTHER));
    const body = edit(key.signature(IMAGE), (signature) => {
      Object.assign(signature, { Payload });
    });
    expect(judge([body], options).codes).toEqual(["key-unknown"]);
  });
});
