/**
 * Runs the suites of test/editor in the extension host of a real VS Code.
 *
 *     node scripts/editor.mjs [SUITE…]
 *
 * KEEP=1 leaves the folder of a run behind.
 */

import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { DMLS, HERE, makePackage, run } from './tools.mjs';
import { browse, install, serve, workspace } from './vscode.mjs';
import { makeWheel, PYTHON } from './wheel.mjs';

const LIMIT = 300_000;
const STAND_INS = path.join(HERE, 'test', 'editor', 'extensions');
/** PATH without a server, whatever the machine has. */
const BARE_PATH = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => !existsSync(path.join(folder, 'dmls'))).join(path.delimiter);


/** A program for an untrusted workspace to name: it tells when it is run. */
function bait(opened) {
    writeFileSync(path.join(opened, 'dmls'), `#!/bin/sh\ntouch "${path.join(opened, 'bitten')}"\necho dmls 9.9.9\n`);
    chmodSync(path.join(opened, 'dmls'), 0o755);
    mkdirSync(path.join(opened, '.vscode'));
    const settings = { 'dmls.path': '${workspaceFolder}/dmls', 'dmls.tls.pathMap': { '/etc': '/' }, 'dmls.kinds': { 'notes.yaml': 'task' } };
    writeFileSync(path.join(opened, '.vscode', 'settings.json'), JSON.stringify(settings));
}

/** All wheels that the server needs, as somebody would carry them to a machine without network. */
function download(folder) {
    const wheels = path.join(folder, 'wheelhouse');
    run(PYTHON, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--dest', wheels, makeWheel()]);
    return wheels;
}

const SUITES = {
    main: { entry: 'main', machine: { 'dmls.path': DMLS } },
    chinese: { entry: 'main', machine: { 'dmls.path': DMLS }, locale: 'zh-cn' },
    neighbours: {
        entry: 'neighbours',
        extensions: ['vscode-yaml', 'python'].map((name) => path.join(STAND_INS, name)),
        env: { PATH: BARE_PATH, STAND_IN_PYTHON: PYTHON },
    },
    untrusted: {
        entry: 'untrusted',
        prepare: bait,
        env: { PATH: [BARE_PATH, path.dirname(DMLS)].join(path.delimiter) },
        settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
    },
    package: { entry: 'main', prepare: () => ({ extensions: [makePackage()], development: path.join(STAND_INS, 'nothing') }), machine: { 'dmls.path': DMLS } },
    install: { entry: 'install', prepare: () => void makeWheel() },
    offline: {
        entry: 'install',
        prepare: (_, folder) => ({ machine: { 'dmls.install.from': download(folder) } }),
        env: { PATH: BARE_PATH, PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_EXTRA_INDEX_URL: '', PIP_FIND_LINKS: '' },
    },
};

/** Click what a selector means in whichever frame has it: a suite, which runs in the extension host, cannot reach into a web view. */
async function click(page, selector) {
    for (const frame of page.frames()) {
        const found = frame.locator(selector).first();
        if ((await found.count().catch(() => 0)) > 0) {
            await found.dispatchEvent('click');
            return;
        }
    }
}

async function suite(editor, name) {
    const chosen = SUITES[name];
    if (chosen === undefined) {
        throw new Error(`no suite ${name}; there are ${Object.keys(SUITES).join(', ')}`);
    }
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dmls-editor-'));
    await build({
        absWorkingDir: HERE,
        entryPoints: [`test/editor/${chosen.entry}.ts`],
        outfile: `out/editor/${chosen.entry}.js`,
        bundle: true,
        platform: 'node',
        target: 'node20',
        format: 'cjs',
        external: ['vscode'],
        sourcemap: 'inline',
        logLevel: 'warning',
    });
    const opened = workspace(folder);
    const prepared = chosen.prepare?.(opened, folder) ?? {};
    const server = await serve(editor, folder, { env: { PATH: BARE_PATH }, ...chosen, ...prepared });
    const { browser, page, remote } = await browse(server.port, chosen);
    let code;
    let timer;
    try {
        const ended = new Promise((resolve) => {
            void page.exposeFunction('codeAutomationExit', resolve);
            timer = setTimeout(() => resolve('time is up'), LIMIT);
        });
        await page.exposeFunction('codeAutomationLog', (_, parts) => {
            const text = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ');
            if (/^(ok|FAIL|#) /.test(text)) {
                console.log(text);
            }
            if (text.startsWith('CLICK ')) {
                void click(page, text.slice('CLICK '.length));
            }
        });
        const payload = [
            ['extensionDevelopmentPath', remote(prepared.development ?? HERE)],
            ['extensionTestsPath', remote(path.join(HERE, 'out', 'editor', `${chosen.entry}.js`))],
        ];
        console.log(`#     ${name}`);
        await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(opened)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
        code = await ended;
        if (code !== 0) {
            const picture = path.join(HERE, 'out', `${name}.png`);
            await page.screenshot({ path: picture });
            console.log(`#     ended with ${code}; what it looked like: ${picture}`);
        }
    } finally {
        clearTimeout(timer);
        await browser.close();
        server.stop();
        if (process.env.KEEP) {
            console.log(`#     kept ${folder}`);
        } else {
            rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
        }
    }
    return code === 0;
}

const names = process.argv.slice(2);
const editor = install();
let good = true;
for (const name of names.length ? names : Object.keys(SUITES)) {
    good = (await suite(editor, name)) && good;
}
process.exitCode = good ? 0 : 1;
