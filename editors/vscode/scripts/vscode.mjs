/**
 * A real VS Code: the server build of VS Code with a headless Chromium in front, which needs no display.
 *
 * It is installed into .editor/ at the first use (EDITOR_HOME names another place).  Chromium or Chrome must be there (CHROMIUM names it).
 */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { DMLS, HERE, run } from './tools.mjs';

const HOME = path.resolve(process.env.EDITOR_HOME ?? path.join(HERE, '.editor'));
/** VS Code's server build, what drives the browser, and the Node that this VS Code is made for. */
const PACKAGES = ['code-server@4.139.1', 'playwright-core@1.65.1'];
const NODE_MAJOR = 24;

// --- the editor ---

/** The editor, installed where it is not yet. */
export function install() {
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
export async function serve(editor, folder, { settings = {}, machine = {}, env = {}, extensions = [] }) {
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

/** A browser with one page. */
export async function browse(port, { locale = 'en', size = { width: 1280, height: 800 }, scale = 1 }) {
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

/**
 * A deployment with mistakes in `folder`: the configurations of test/editor/workspace and fresh certificates.  `tls` is where the configurations
 * look for those; else where they are.
 */
export function workspace(folder, tls) {
    const made = path.join(folder, 'deployment');
    run(DMLS, ['demo', '--keep', path.join(folder, 'demo'), '--lang', 'en']);
    cpSync(path.join(HERE, 'test', 'editor', 'workspace'), made, { recursive: true });
    cpSync(path.join(folder, 'demo', 'tls'), path.join(made, 'tls'), { recursive: true });
    for (const name of readdirSync(made).filter((name) => /\.(toml|yaml)$/.test(name))) {
        const file = path.join(made, name);
        writeFileSync(file, readFileSync(file, 'utf8').replaceAll('{tls}', tls ?? path.join(made, 'tls')));
    }
    return made;
}

// --- a person's hands ---

const PATIENCE = { timeout: 60_000 };
/** How long a key may go unnoticed before it is pressed again: one that comes while a list is still made is lost. */
const NOTICED = { timeout: 1000 };

/** What a person does in the workbench, with keys and a mouse. */
export function hands(page) {
    const quick = page.locator('.quick-input-widget');
    const keys = (...all) => all.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const shown = (selector) => page.locator(selector).first().waitFor({ state: 'visible', ...PATIENCE });
    /** Press `key` for the list that comes with it, type `text` and take the row with `row` in it. */
    async function choose(key, text, row) {
        while (!(await quick.isVisible())) {
            await keys(key);
            await quick.waitFor({ state: 'visible', ...NOTICED }).catch(() => undefined);
        }
        await page.keyboard.type(text);
        await shown(`.quick-input-list .monaco-list-row[aria-label*="${row}"]`);
        while (await quick.isVisible()) {
            await keys('Enter');
            await quick.waitFor({ state: 'hidden', ...NOTICED }).catch(() => undefined);
        }
    }
    async function go(line, column) {
        await choose('Control+g', `${line}:${column}`, `line ${line}`);
    }
    /** Have a file of the workspace in view. */
    async function open(name) {
        await keys('Escape');
        await choose('Control+p', name, name);
        await shown(`.tab.active[data-resource-name="${name}"]`);
    }
    return { quick, keys, shown, choose, go, open };
}
