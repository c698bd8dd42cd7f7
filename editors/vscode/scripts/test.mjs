/** Bundles and runs the tests that need no editor. */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { HERE } from './tools.mjs';

const names = readdirSync(path.join(HERE, 'test', 'unit')).filter((name) => name.endsWith('.test.ts'));
await build({
    absWorkingDir: HERE,
    entryPoints: names.map((name) => `test/unit/${name}`),
    outdir: 'out/unit',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    sourcemap: 'inline',
    logLevel: 'warning',
});
const files = names.map((name) => path.join('out', 'unit', name.replace(/\.ts$/, '.mjs')));
process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files], { cwd: HERE, stdio: 'inherit' }).status ?? 1;
