/** Makes the wheel of the server that ships with the extension. */

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fromVenv, HERE, ROOT, run } from './tools.mjs';

export const PYTHON = process.env.PYTHON ?? fromVenv('python');

/** The path of a fresh wheel in wheels/. */
export function makeWheel() {
    const folder = path.join(HERE, 'wheels');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    run(PYTHON, ['-m', 'pip', 'wheel', '--quiet', '--disable-pip-version-check', '--no-deps', '--wheel-dir', folder, ROOT]);
    return path.join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
    console.log(makeWheel());
}
