/** What the scripts share: where things lie, and running programs. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const ROOT = path.resolve(HERE, '..', '..');
const WINDOWS = process.platform === 'win32';

/** Run a program to its end; throws where it fails.  Resolves to what it prints, where that is not shown. */
export function run(command, args, options = {}) {
    const done = spawnSync(command, args, { cwd: HERE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 << 20, ...options });
    if (done.status !== 0) {
        throw new Error(`${[command, ...args].join(' ')}: ${done.error?.message ?? `exit status ${done.status}`}`);
    }
    return done.stdout;
}

/** The program `name` of the project's virtual environment, else the one on PATH. */
export function fromVenv(name) {
    const file = path.join(ROOT, '.venv', WINDOWS ? 'Scripts' : 'bin', WINDOWS ? `${name}.exe` : name);
    return existsSync(file) ? file : name;
}

/** The server's program. */
export const DMLS = process.env.DMLS ?? fromVenv('dmls');

/** A program of a package in node_modules. */
export function nodeModule(...parts) {
    return path.join(HERE, 'node_modules', ...parts);
}

/** Make the VSIX; the path of it. */
export function makePackage() {
    return path.join(HERE, run(process.execPath, ['scripts/package.mjs']).trim().split('\n').at(-1));
}
