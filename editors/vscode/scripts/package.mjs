/** Makes the VSIX: the extension, the wheel of the server, licences.  The file's name is the last line that is printed. */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HERE, nodeModule, ROOT, run } from './tools.mjs';
import { makeWheel } from './wheel.mjs';

const { name, version, repository } = JSON.parse(readFileSync(path.join(HERE, 'package.json'), 'utf8'));

rmSync(path.join(HERE, 'dist'), { recursive: true, force: true });
run(process.execPath, ['scripts/contributes.mjs', '--check']);
run(process.execPath, ['scripts/build.mjs', '--production']);
makeWheel();
copyFileSync(path.join(ROOT, 'LICENSE'), path.join(HERE, 'LICENSE'));

/**
 * A page for the package.  The editor shows only pictures that have an address on the web, which vsce gives them where package.json names the
 * repository; without one they are left out.
 */
function packed(page) {
    const text = readFileSync(path.join(HERE, page), 'utf8').replace(/^\[[^\]]+\]\(README[^)]*\)\n\n/m, '');
    return repository === undefined ? text.replace(/^ *!\[[^\]]*\]\(images\/[^)]+\)\n\n/gm, '') : text;
}

// The editor shows one page, whatever its language.
const pages = [packed('README.md'), packed('README.zh-CN.md')];
const page = path.join('out', 'README.md');
mkdirSync(path.join(HERE, 'out'), { recursive: true });
writeFileSync(path.join(HERE, page), pages.join('\n---\n\n').replace(/^# .*\n/, (title) => `${title}\n*中文说明在英文之后。*\n`));

const file = `${name}-${version}.vsix`;
run(
    process.execPath,
    // Everything is bundled, so no dependency is packed.
    [nodeModule('@vscode', 'vsce', 'vsce'), 'package', '--no-dependencies', ...(repository === undefined ? ['--allow-missing-repository', '--no-rewrite-relative-links'] : []), '--readme-path', page, '--out', file],
    { stdio: ['ignore', 2, 2] },
);
console.log(file);
