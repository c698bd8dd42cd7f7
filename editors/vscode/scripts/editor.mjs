/**
 * A real VS Code for tests and pictures: the server build of VS Code with a headless Chromium in front, which needs no display.
 *
 *     node scripts/editor.mjs test [SUITE…]      run the suites of test/editor in the extension host
 *     node scripts/editor.mjs pictures           take the pictures of the README
 *
 * The editor is installed into .editor/ at the first run (EDITOR_HOME names another place).  Chromium or Chrome must be there (CHROMIUM names it).
 */

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { DMLS, HERE, run } from './tools.mjs';
import { makeWheel, PYTHON } from './wheel.mjs';

const HOME = path.resolve(process.env.EDITOR_HOME ?? path.join(HERE, '.editor'));
/** VS Code's server build, what drives the browser, and the Node that this VS Code is made for. */
const PACKAGES = ['code-server@4.139.1', 'playwright-core@1.65.1'];
const NODE_MAJOR = 24;
const LIMIT = 300_000;

// --- the editor ---

function install() {
    const vscode = path.join(HOME, 'node_modules', 'code-server', 'lib', 'vscode');
    if (!existsSync(path.join(vscode, 'node_modules'))) {
        mkdirSync(HOME, { recursive: true });
        const manifest = path.join(HOME, 'package.json');
        if (!existsSync(manifest)) {
            writeFileSync(manifest, '{ "name": "editor", "private": true }\n');
        }
        const own = Number(process.versions.node.split('.')[0]) < NODE_MAJOR ? [`node-${process.platform}-${process.arch}@${NODE_MAJOR}`] : [];
        console.log(`installing ${[...PACKAGES, ...own].join(', ')} into ${HOME}`);
        // Their install scripts compile parts that tests do without.
        const quiet = ['--no-audit', '--no-fund', '--ignore-scripts'];
        run('npm', ['install', ...quiet, ...PACKAGES, ...own], { cwd: HOME });
        run('npm', ['install', ...quiet, '--omit=dev'], { cwd: vscode });
    }
    const node = path.join(HOME, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
    return { main: path.join(vscode, 'out', 'server-main.js'), node: existsSync(node) ? node : process.execPath };
}

function chromium() {
    const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].filter(Boolean);
    for (const name of names) {
        const found = path.isAbsolute(name) ? name : spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim();
        if (found && existsSync(found)) {
            return found;
        }
    }
    throw new Error('no Chromium or Chrome: install one, or name it in CHROMIUM');
}

function freePort() {
    return new Promise((resolve) => {
        const server = createServer();
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

const SETTINGS = {
    'workbench.startupEditor': 'none',
    'telemetry.telemetryLevel': 'off',
    'extensions.autoCheckUpdates': false,
    'chat.disableAIFeatures': true,
    'security.workspace.trust.enabled': false,
    'files.autoSave': 'off',
};

/** Start the server build; resolves once it answers. */
async function serve(editor, folder, { settings = {}, machine = {}, env = {}, extensions = [] }) {
    const port = await freePort();
    for (const [kind, values] of [['Machine', machine], ['User', { ...SETTINGS, ...settings }]]) {
        // The browser is another machine than the server: what belongs to a machine counts only where it is said for that one.
        const place = path.join(folder, 'user', kind);
        mkdirSync(place, { recursive: true });
        writeFileSync(path.join(place, 'settings.json'), JSON.stringify(values));
    }
    const installed = path.join(folder, 'extensions');
    mkdirSync(installed, { recursive: true });
    const places = ['--server-data-dir', path.join(folder, 'data'), '--user-data-dir', path.join(folder, 'user'), '--extensions-dir', installed];
    // Else the extension host would get the PATH of a login shell.
    const environment = { ...process.env, VSCODE_CLI: '1', ...env };
    for (const extension of extensions) {
        if (extension.endsWith('.vsix')) {
            run(editor.node, [editor.main, '--accept-server-license-terms', '--install-extension', extension, ...places], { env: environment });
        } else {
            cpSync(extension, path.join(installed, path.basename(extension)), { recursive: true, dereference: true });
        }
    }
    const child = spawn(
        editor.node,
        [editor.main, '--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms', '--telemetry-level', 'off', '--enable-smoke-test-driver', ...places],
        { env: environment, stdio: 'ignore' },
    );
    for (let i = 0; i < 300; i++) {
        if (await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.ok, () => false)) {
            return { port, stop: () => child.kill() };
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    child.kill();
    throw new Error('the editor does not answer');
}

async function browse(port, { locale = 'en', size = { width: 1280, height: 800 }, scale = 1 }) {
    const { chromium: engine } = await import(pathToFileURL(createRequire(path.join(HOME, 'package.json')).resolve('playwright-core')).href).then((module) => module.default ?? module);
    const browser = await engine.launch({ executablePath: chromium(), headless: true, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    const context = await browser.newContext({ viewport: size, deviceScaleFactor: scale, permissions: ['clipboard-read', 'clipboard-write'] });
    if (locale !== 'en') {
        // Without a language pack the editor itself stays English; extensions follow this.
        await context.addInitScript((name) => {
            globalThis._VSCODE_NLS_LANGUAGE = name;
        }, locale);
    }
    const page = await context.newPage();
    return { browser, page, remote: (file) => `vscode-remote://127.0.0.1:${port}${file}` };
}

// --- what is opened ---

/** A deployment with mistakes: the configurations of test/editor/workspace and fresh certificates. */
function workspace(folder) {
    const made = path.join(folder, 'deployment');
    run(DMLS, ['demo', '--keep', path.join(folder, 'demo'), '--lang', 'en']);
    cpSync(path.join(HERE, 'test', 'editor', 'workspace'), made, { recursive: true });
    cpSync(path.join(folder, 'demo', 'tls'), path.join(made, 'tls'), { recursive: true });
    for (const name of readdirSync(made).filter((name) => /\.(toml|yaml)$/.test(name))) {
        const file = path.join(made, name);
        writeFileSync(file, readFileSync(file, 'utf8').replaceAll('{tls}', path.join(made, 'tls')));
    }
    return made;
}

// --- tests ---

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
    install: { entry: 'install', prepare: () => void makeWheel() },
    offline: {
        entry: 'install',
        prepare: (_, folder) => ({ machine: { 'dmls.install.from': download(folder) } }),
        env: { PATH: BARE_PATH, PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_EXTRA_INDEX_URL: '', PIP_FIND_LINKS: '' },
    },
};

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
    let code = 1;
    try {
        const ended = new Promise((resolve) => {
            page.exposeFunction('codeAutomationExit', resolve);
            setTimeout(() => resolve('time is up'), LIMIT).unref();
        });
        await page.exposeFunction('codeAutomationLog', (_, parts) => {
            const text = parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ');
            if (/^(ok|FAIL|#) /.test(text)) {
                console.log(text);
            }
        });
        const payload = [
            ['extensionDevelopmentPath', remote(HERE)],
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

const [what, ...names] = process.argv.slice(2);
const editor = install();
if (what === 'test') {
    let good = true;
    for (const name of names.length ? names : Object.keys(SUITES)) {
        good = (await suite(editor, name)) && good;
    }
    process.exitCode = good ? 0 : 1;
} else {
    console.error('usage: node scripts/editor.mjs test [SUITE…] | pictures');
    process.exitCode = 2;
}
