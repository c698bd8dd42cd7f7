/** Bundles the extension into dist/, with the schemas that it offers to the YAML extension.  `--production` leaves out what only debugging needs. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { DMLS, HERE, run } from './tools.mjs';

const production = process.argv.includes('--production');

const { metafile } = await build({
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
    metafile: true,
});

if (production) {
    const packages = new Set(Object.keys(metafile.inputs).map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean));
    const notices = [...packages].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(path.join(HERE, folder, 'package.json'), 'utf8'));
        const text = readdirSync(path.join(HERE, folder)).find((file) => /^licen[cs]e/i.test(file));
        if (text === undefined) {
            throw new Error(`${name} ships without its licence`);
        }
        return `${name} ${version}, ${license}\n\n${readFileSync(path.join(HERE, folder, text), 'utf8').trim()}\n`;
    });
    writeFileSync(path.join(HERE, 'dist', 'THIRD-PARTY.txt'), notices.join(`\n${'-'.repeat(100)}\n\n`));
}

const folder = path.join(HERE, 'dist', 'schemas');
mkdirSync(folder, { recursive: true });
const { yamlKinds } = JSON.parse(readFileSync(path.join(HERE, 'src', 'generated.json'), 'utf8'));
for (const { kind } of yamlKinds) {
    for (const language of ['en', 'zh']) {
        const schema = JSON.parse(run(DMLS, ['schema', kind, '--lang', language]));
        writeFileSync(path.join(folder, `${kind}.${language}.json`), JSON.stringify(schema));
    }
}
