/**
 * Opens the page of a TLS map in a real browser and prints what it finds as JSON.
 *
 *     node map_page.mjs PAGE CHROMIUM PICTURE
 */

import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [page, executablePath, picture] = process.argv.slice(2);
const { chromium } = createRequire(path.join(process.env.EDITOR_HOME, 'package.json'))('playwright-core');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const found = { requests: [], complaints: [] };

/** A tab with the page; with `editor` it believes that VS Code shows it. */
async function open(colorScheme, editor = false) {
    const tab = await browser.newPage({ viewport: { width: 1440, height: 1000 }, colorScheme });
    tab.on('request', (request) => found.requests.push(request.url()));
    tab.on('console', (message) => found.complaints.push(message.text()));
    tab.on('pageerror', (error) => found.complaints.push(String(error)));
    tab.on('dialog', (dialog) => found.complaints.push(dialog.message()));
    if (editor) {
        await tab.addInitScript(() => {
            window.posted = [];
            window.acquireVsCodeApi = () => ({ postMessage: (message) => window.posted.push(message) });
        });
    }
    await tab.goto(pathToFileURL(page).href);
    return tab;
}

const stories = (tab) => tab.locator('.story:visible').evaluateAll((all) => all.map((one) => one.id));
const light = await open('light');
found.before = await stories(light);
// As somebody without a mouse: to the first connection of the picture, then Enter.
for (let presses = 0; presses < 10 && found.focused === undefined; presses++) {
    await light.keyboard.press('Tab');
    found.focused = await light.evaluate(() => document.activeElement?.getAttribute('data-line') ?? undefined);
}
await light.keyboard.press('Enter');
found.byKey = await stories(light);
found.pressed = await light.locator('g[aria-pressed=true]').evaluateAll((all) => all.map((one) => one.getAttribute('data-line')));
await light.locator('button.pick').last().click();
found.byTable = await stories(light);
found.overflow = await light.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
found.outside = await light.evaluate(() => [...document.querySelectorAll('svg.map g text')].filter((text) => {
    const box = text.parentElement.querySelector(':scope > rect')?.getBoundingClientRect();
    return box !== undefined && text.getBoundingClientRect().right > box.right + 1;
}).map((text) => text.textContent));
const dark = await open('dark');
found.backgrounds = [await light.evaluate(() => getComputedStyle(document.body).backgroundColor), await dark.evaluate(() => getComputedStyle(document.body).backgroundColor)];
await light.locator('g[data-line="0-0"]').focus();
await light.keyboard.press('Enter');
await light.evaluate(() => window.scrollTo(0, 0));
await light.screenshot({ path: picture });
const inEditor = await open('light', true);
const line = inEditor.locator('g.line[data-line]').first();
await line.focus();
await inEditor.keyboard.press('Enter');
found.posted = await inEditor.evaluate(() => window.posted);
await browser.close();
console.log(JSON.stringify(found));
