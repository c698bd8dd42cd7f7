/** Makes the VSIX: the extension, the wheel of the server, licences.  The file's name is the last line that is printed. */

import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { HERE, nodeModule, ROOT, run } from './tools.mjs';
import { makeWheel } from './wheel.mjs';

rmSync(path.join(HERE, 'dist'), { recursive: true, force: true });
run(process.execPath, ['scripts/contributes.mjs', '--check']);
run(process.execPath, ['scripts/build.mjs', '--production']);
makeWheel();
copyFileSync(path.join(ROOT, 'LICENSE'), path.join(HERE, 'LICENSE'));
const { name, version } = JSON.parse(readFileSync(path.join(HERE, 'package.json'), 'utf8'));
const file = `${name}-${version}.vsix`;
run(
    process.execPath,
    // Everything is bundled, so no dependency is packed.  Links stay as they are: they lead to files of the package.
    [nodeModule('@vscode', 'vsce', 'vsce'), 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file],
    { stdio: ['ignore', 2, 2] },
);
console.log(file);
