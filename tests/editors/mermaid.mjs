/**
 * Gives charts to Mermaid in a real browser, with the limits that it has by itself, and prints what it makes of each as JSON.
 *
 *     node mermaid.mjs CHROMIUM PICTURE CHART…
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [executablePath, picture, ...charts] = process.argv.slice(2);
const { chromium } = createRequire(path.join(process.env.EDITOR_HOME, 'package.json'))('playwright-core');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
const tab = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
const complaints = [];
const requests = [];
tab.on('pageerror', (error) => complaints.push(String(error)));
tab.on('dialog', (dialog) => complaints.push(dialog.message()));
tab.on('request', (request) => requests.push(request.url()));
await tab.setContent('<body></body>');
await tab.addScriptTag({ path: path.resolve('node_modules/mermaid/dist/mermaid.min.js') });
const found = [];
for (const chart of charts) {
    found.push(await tab.evaluate(async (text) => {
        const { mermaid } = window;
        mermaid.initialize({ startOnLoad: false });
        try {
            const parsed = await mermaid.parse(text);
            const { svg } = await mermaid.render('chart', text);
            document.body.innerHTML = svg;
            const texts = [...document.querySelectorAll('.nodeLabel p, .nodeLabel:not(:has(p))')].map((one) => one.innerText);
            const foreign = [...document.querySelectorAll('svg script, svg img, [onload], [onerror], a[href]')].map((one) => one.outerHTML);
            return { kind: parsed.diagramType, edges: document.querySelectorAll('.edgePaths path').length, texts, foreign, error: null };
        } catch (error) {
            return { kind: null, edges: 0, texts: [], foreign: [], error: String(error) };
        }
    }, readFileSync(chart, 'utf-8')));
}
await tab.screenshot({ path: picture, fullPage: true });
await browser.close();
console.log(JSON.stringify({ charts: found, complaints, requests }));
