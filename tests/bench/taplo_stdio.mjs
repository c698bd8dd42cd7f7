// @taplo/lsp is a library without a program of its own: this gives it standard input and output.
// Usage: node taplo_stdio.mjs FOLDER, where FOLDER/node_modules holds @taplo/lsp.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(path.resolve(process.argv[2], "package.json"));
const { TaploLsp } = require("@taplo/lsp");

const environment = {
  now: () => new Date(),
  envVar: (name) => process.env[name],
  envVars: () => Object.entries(process.env),
  stdErrAtty: () => false,
  stdin: process.stdin,
  stdout: process.stderr, // what taplo prints must not get between the messages
  stderr: process.stderr,
  glob: () => [],
  readFile: (file) => fs.promises.readFile(file),
  writeFile: (file, bytes) => fs.promises.writeFile(file, bytes),
  // taplo also asks about URLs that are no files, and stops for good when this throws.
  urlToFilePath: (url) => (url.startsWith("file:") ? fileURLToPath(url) : decodeURIComponent(new URL(url).pathname)),
  isAbsolute: path.isAbsolute,
  cwd: () => process.cwd(),
  findConfigFile: () => undefined,
  fetch: { fetch, Headers, Request, Response },
};

function send(message) {
  const body = Buffer.from(JSON.stringify(message));
  process.stdout.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
}

const server = await TaploLsp.initialize(environment, { onMessage: send });

let buffer = Buffer.alloc(0);
process.stdin.on("data", (data) => {
  buffer = Buffer.concat([buffer, data]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    const length = end < 0 ? null : /content-length:\s*(\d+)/i.exec(buffer.toString("latin1", 0, end));
    if (length === null || buffer.length < end + 4 + Number(length[1])) return;
    const next = end + 4 + Number(length[1]);
    const message = JSON.parse(buffer.toString("utf8", end + 4, next));
    buffer = buffer.subarray(next);
    server.send(message);
    if (message.method === "exit") process.exit(0);
  }
});
process.stdin.on("end", () => process.exit(0));
