/**
 * A real VS Code for another program to use: the editor with the packaged extension and a browser in front of it.
 *
 *     node scripts/remote.mjs '{"folder": …, "opened": …, "extension": …, "machine": {…}, "settings": {…}, "env": {…}, "locale": "en"}'
 *
 * Each line of standard input is a call, `["fix", 4, "title"]`; each line of standard output is its result, `{"result": …}` or `{"error": …}`.
 * It ends with its input.
 */

import path from 'node:path';
import { createInterface } from 'node:readline';
import { browse, hands, install, serve } from './vscode.mjs';

const options = JSON.parse(process.argv[2]);
const SETTINGS = { 'editor.hover.delay': 0, 'editor.minimap.enabled': false, 'window.restoreWindows': 'none' };
const PATIENCE = { timeout: 20_000 };

const editor = install();
const server = await serve(editor, options.folder, { ...options, settings: { ...SETTINGS, ...options.settings }, extensions: [options.extension] });
const { browser, page } = await browse(server.port, options);
const { keys, shown, choose, go, open } = hands(page);
const widget = page.locator('.action-widget').first();

/** The rows of a list, which only has those in the document that are in view. */
async function rows(selector) {
    const found = await page.locator(`${selector} .monaco-list-row`).evaluateAll((all) => all.map((row) => [Number(row.getAttribute('data-index')), row.getAttribute('aria-label') ?? row.innerText]));
    return found.sort(([a], [b]) => a - b).map(([, label]) => label);
}

const CALLS = {
    async start() {
        await page.goto(`http://127.0.0.1:${server.port}/?folder=${encodeURIComponent(options.opened)}`);
        await shown('.explorer-folders-view');
        await keys('Control+Shift+m');
        await shown('.markers-panel');
    },

    open,

    /** The panel "Problems" as it stands. */
    problems: () => rows('.markers-panel'),

    async hover(line, column) {
        await go(line, column);
        const hover = page.locator('.monaco-hover:not(.hidden) .hover-contents');
        await keys('Control+k', 'Control+i');
        await hover.first().waitFor({ state: 'visible', ...PATIENCE });
        const told = (await hover.allInnerTexts()).join('\n');
        await keys('Escape');
        return told;
    },

    /** Type at the end of the text; what is offered once `wanted` is; takes that. */
    async complete(typed, wanted) {
        await keys('Control+End');
        await page.keyboard.type(typed);
        const row = page.locator(`.suggest-widget.visible .monaco-list-row[aria-label^="${wanted}"]`).first();
        if (!(await row.isVisible())) {
            await keys('Control+Space');
        }
        await row.waitFor({ state: 'visible', ...PATIENCE });
        const offered = await rows('.suggest-widget.visible');
        await row.click();
        return offered.map((label) => label.split(',')[0]);
    },

    async typeBelow(line, text) {
        await go(line, 1);
        await keys('Control+Enter');
        await page.keyboard.type(text);
    },

    /** Take the quick fix with `title` in its own title. */
    async fix(line, title) {
        await go(line, 1);
        await keys('Control+.');
        await widget.waitFor({ state: 'visible', ...PATIENCE });
        const offered = await rows('.action-widget');
        const row = widget.locator('.monaco-list-row', { hasText: title }).first();
        await row.waitFor({ state: 'visible', ...PATIENCE }).catch(() => {
            throw new Error(`${title} is not offered: ${offered.join(' | ')}`);
        });
        await row.click();
        await widget.waitFor({ state: 'hidden', ...PATIENCE });
    },

    /** Run a command by its title. */
    command: (title) => choose('F1', title, title),

    async save() {
        await keys('Control+s');
        await page.locator('.tab.active.dirty').waitFor({ state: 'detached', ...PATIENCE });
    },

    async picture(file) {
        await page.screenshot({ path: path.resolve(file) });
    },
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
say({ result: 'ready' });
for await (const line of createInterface({ input: process.stdin })) {
    const [name, ...args] = JSON.parse(line);
    try {
        say({ result: (await CALLS[name](...args)) ?? null });
    } catch (error) {
        say({ error: String(error?.stack ?? error) });
    }
}
await browser.close();
server.stop();
