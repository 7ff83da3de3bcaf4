import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface StoredObject {
  body: Buffer;
  until: number;
}

export interface S3ProtocolServer {
  readonly url: string;
  readonly objects: Map<string, StoredObject>;
  close(): Promise<void>;
}

const base64Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("base64");
const hexOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/**
 * A server that speaks as much of S3 as the store uses, in memory: conditional writes, SHA-256 checksums,
 * parts, ranges, versions and object lock. `accessKey` is the only one it knows; signatures are not checked (the
 * real peer does).
 */
export async function startS3ProtocolServer(accessKey: string): Promise<S3ProtocolServer> {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, { key: string; until: number; parts: Map<number, Buffer> }>();
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: Error) =>
      refuse(response, 500, "InternalError", error.message),
    );
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://s3");
    const key = url.pathname;
    const body = await bodyOf(request);
    const header = (name: string) => request.headers[name]?.toString();
    if (!header("authorization")?.includes(`Credential=${accessKey}/`)) {
      return refuse(response, 403, "InvalidAccessKeyId", "unknown key");
    }
    const signed = header("x-amz-content-sha256");
    if (signed && /^[0-9a-f]{64}$/.test(signed) && signed !== hexOf(body)) {
      return refuse(response, 400, "XAmzContentSHA256Mismatch", "the body is another one");
    }
    const checksum = header("x-amz-checksum-sha256");
    if (checksum && checksum !== base64Of(body)) {
      return refuse(response, 400, "BadDigest", "the checksum is another one");
    }
    const until = Date.parse(header("x-amz-object-lock-retain-until-date") ?? "") || 0;
    const found = objects.get(key);
    const exists = header("if-none-match") === "*" && found !== undefined;
    const uploadId = url.searchParams.get("uploadId");
    if (request.method === "POST" && url.searchParams.has("uploads")) {
      const id = `upload-${uploads.size + 1}`;
      uploads.set(id, { key, until, parts: new Map() });
      return send(
        response,
        200,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    if (uploadId) {
      const upload = uploads.get(uploadId);
      if (!upload) return refuse(response, 404, "NoSuchUpload", uploadId);
      if (request.method === "PUT") {
        const number = Number(url.searchParams.get("partNumber"));
        if (!checksum) return refuse(response, 400, "InvalidRequest", "a part has its checksum");
        upload.parts.set(number, body);
        response.setHeader("etag", `"${hexOf(body).slice(0, 32)}"`);
        return send(response, 200, "");
      }
      if (request.method === "DELETE") {
        uploads.delete(uploadId);
        return send(response, 204, "");
      }
      if (exists) return refuse(response, 412, "PreconditionFailed", "it is there");
      const said = [...body.toString().matchAll(/<ChecksumSHA256>([^<]+)</g)].map(
        ([, each]) => each,
      );
      const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
      if (said.join() !== parts.map(base64Of).join()) {
        return refuse(response, 400, "InvalidPart", "the parts are other ones");
      }
      objects.set(key, { body: Buffer.concat(parts), until: upload.until });
      uploads.delete(uploadId);
      return send(
        response,
        200,
        "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>",
      );
    }
    if (request.method === "PUT" && url.searchParams.has("retention")) {
      if (!found) return refuse(response, 404, "NoSuchKey", key);
      found.until = Date.parse(/<RetainUntilDate>([^<]+)</.exec(body.toString())?.[1] ?? "");
      return send(response, 200, "");
    }
    if (request.method === "PUT") {
      if (exists) return refuse(response, 412, "PreconditionFailed", "it is there");
      objects.set(key, { body, until });
      return send(response, 200, "");
    }
    if (!found) return refuse(response, 404, "NoSuchKey", key);
    if (request.method === "DELETE") {
      if (found.until > Date.now()) {
        return refuse(
          response,
          403,
          "AccessDenied",
          "Access Denied because object protected by object lock.",
        );
      }
      objects.delete(key);
      return send(response, 204, "");
    }
    if (found.until > 0) {
      response.setHeader(
        "x-amz-object-lock-retain-until-date",
        new Date(found.until).toISOString(),
      );
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(header("range") ?? "");
    const bytes = range ? found.body.subarray(Number(range[1]), Number(range[2]) + 1) : found.body;
    response.setHeader("content-length", bytes.length);
    response.statusCode = range ? 206 : 200;
    response.end(request.method === "HEAD" ? undefined : bytes);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "application/xml" }).end(body);
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}
