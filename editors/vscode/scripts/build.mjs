/** Bundles the extension into dist/, with the schemas that it offers to the YAML extension.  `--production` leaves out what only debugging needs. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { DMLS, HERE, run } from './tools.mjs';

const production = process.argv.includes('--production');

await build({
    absWorkingDir: HERE,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    minify: production,
    sourcemap: !production,
    logLevel: 'warning',
});

const folder = path.join(HERE, 'dist', 'schemas');
mkdirSync(folder, { recursive: true });
const { yamlKinds } = JSON.parse(readFileSync(path.join(HERE, 'src', 'generated.json'), 'utf8'));
for (const { kind } of yamlKinds) {
    for (const language of ['en', 'zh']) {
        const schema = JSON.parse(run(DMLS, ['schema', kind, '--lang', language]));
        writeFileSync(path.join(folder, `${kind}.${language}.json`), JSON.stringify(schema));
    }
}
