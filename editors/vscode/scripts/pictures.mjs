/** Takes the pictures of the README and of the walkthrough from a real VS Code, in both languages, and makes the icon from its drawing. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DMLS, HERE, makePackage } from './tools.mjs';
import { browse, hands, install, serve, workspace } from './vscode.mjs';

const SIZE = { width: 1040, height: 600 };
const SETTINGS = {
    'breadcrumbs.enabled': false,
    'editor.fontSize': 13,
    'editor.minimap.enabled': false,
    'editor.hover.delay': 0,
    'editor.lightbulb.enabled': 'on',
    'files.exclude': { 'notes.yaml': true },
    'workbench.activityBar.location': 'hidden',
    'workbench.layoutControl.enabled': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.tree.indent': 8,
};
const PATIENCE = { timeout: 60_000 };

async function pictures(editor, extension, locale, suffix) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'dm-'));
    const opened = workspace(folder, '/etc/dm/tls');
    writeFileSync(path.join(opened, '.dmls.toml'), '[tls]\npath-map = { "/etc/dm/tls" = "tls" }\n');
    const server = await serve(editor, folder, { settings: SETTINGS, machine: { 'dmls.path': DMLS }, extensions: [extension] });
    const { browser, page } = await browse(server.port, { locale, size: SIZE });
    const { quick, keys, shown, choose, go, open } = hands(page);
    const still = () => page.waitForTimeout(1200);
    async function openAt(name, line, column) {
        await open(name);
        await go(line, column);
    }
    /** What a tab that is a page of its own shows, once it does. */
    const inTab = (selector) => page.frameLocator('iframe.webview').frameLocator('iframe').locator(selector).first().waitFor({ state: 'visible', ...PATIENCE });
    async function take(name) {
        await still();
        await page.screenshot({ path: path.join(HERE, 'images', `${name}${suffix}.png`) });
        console.log(`images/${name}${suffix}.png`);
    }
    try {
        await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(opened)}`);
        await shown('.explorer-folders-view');

        await openAt('dm-master1.toml', 7, 1);
        await shown('.squiggly-error');
        await shown('.codelens-decoration');
        await keys('Control+Shift+m');
        await shown('.markers-panel .monaco-list-row');
        await take('findings');
        await page.locator('.view-line', { hasText: 'ssl_ca' }).hover({ position: { x: 20, y: 8 } });
        await page.locator('.monaco-hover:not(.hidden) a.code-link').first().click(PATIENCE);
        await shown('.tab.active[data-resource-name="tls-unknown-key.md"]');
        await inTab('h1');
        await take('rule');
        await keys('Control+F4');
        await keys('Control+j');

        await openAt('dm-worker1.toml', 6, 20);
        await shown('.codelens-decoration');
        await keys('Control+k', 'Control+i');
        await shown('.monaco-hover:not(.hidden) .hover-contents');
        await take('certificate');

        await openAt('dm-task.yaml', 3, 16);
        await shown('.squiggly-error');
        await keys('Control+.');
        await shown('.action-widget');
        await take('fix');
        await keys('Escape');

        await openAt('dm-task.yaml', 4, 1);
        await keys('Control+Space');
        await shown('.suggest-widget.visible .monaco-list-row');
        await keys('ArrowDown', 'Control+Space');
        await shown('.suggest-details');
        await take('completion');
        await keys('Escape');

        await keys('F1');
        await quick.waitFor({ state: 'visible', ...PATIENCE });
        await page.keyboard.type('dmls: ');
        await shown('.quick-input-list .monaco-list-row');
        // A row below the mouse would show what can be done with it.
        await page.mouse.move(1, SIZE.height - 1);
        await take('commands');
        await keys('Escape');
        await quick.waitFor({ state: 'hidden', ...PATIENCE });

        const title = JSON.parse(readFileSync(path.join(HERE, `package.nls${suffix}.json`), 'utf8'))['command.showMap'];
        await choose('F1', title, title);
        await inTab('svg');
        await take('map');
    } catch (error) {
        await page.screenshot({ path: path.join(HERE, 'out', 'pictures.png') });
        throw error;
    } finally {
        await browser.close();
        server.stop();
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

async function icon() {
    const { browser, page } = await browse(0, { size: { width: 256, height: 256 } });
    await page.setContent(`<style>body { margin: 0 }</style>${readFileSync(path.join(HERE, 'images', 'icon.svg'), 'utf8')}`);
    await page.screenshot({ path: path.join(HERE, 'icon.png'), omitBackground: true });
    await browser.close();
}

if (spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout?.trim() === '') {
    throw new Error('no font has Chinese characters: install one, such as fonts-noto-cjk');
}
const editor = install();
await icon();
const extension = makePackage();
await pictures(editor, extension, 'en', '');
await pictures(editor, extension, 'zh-cn', '.zh-cn');
