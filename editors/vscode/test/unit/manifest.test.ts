import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const read = (name: string): string => readFileSync(name, 'utf8');
const manifest = JSON.parse(read('package.json')) as {
    version: string;
    capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
};
const english = JSON.parse(read('package.nls.json')) as Record<string, string>;
const chinese = JSON.parse(read('package.nls.zh-cn.json')) as Record<string, string>;

test('what is made from the schema of the settings and the table of commands is not stale', async () => {
    const script = (await import(pathToFileURL(path.resolve('scripts/contributes.mjs')).href)) as { generated(here: string): Record<string, string> };
    for (const [name, content] of Object.entries(script.generated(path.resolve('.')))) {
        assert.equal(read(name), content, `${name} is stale: run npm run generate`);
    }
});

test('every text of the manifest is there in both languages, and no other', () => {
    const used = [...read('package.json').matchAll(/"%([^"%]+)%"/g)].map(([, key]) => key!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(english).sort());
    assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
});

test('what an untrusted workspace may not set are settings', () => {
    for (const name of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations) {
        assert.ok(read('package.json').includes(`"${name}": {`), name);
    }
});

test('every file that the manifest names is there', () => {
    for (const [, name] of read('package.json').matchAll(/"(?:icon|path|url|image|markdown|configuration)": "([^"%$]+)"/g)) {
        assert.ok(existsSync(name!), name);
    }
    for (const texts of [english, chinese]) {
        for (const [key, name] of Object.entries(texts)) {
            assert.ok(!key.endsWith('.image') || existsSync(name), name);
        }
    }
});

/** The sentences of the sources, by the calls that translate them. */
function sentences(): string[] {
    const found = new Set<string>();
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    for (const name of files) {
        const source = ts.createSourceFile(name, read(path.join('src', name)), ts.ScriptTarget.Latest);
        const visit = (node: ts.Node): void => {
            if (ts.isCallExpression(node) && node.expression.getText(source) === 'vscode.l10n.t') {
                const [first] = node.arguments;
                assert.ok(first !== undefined && ts.isStringLiteralLike(first), `${name}: not a plain text: ${node.getText(source)}`);
                found.add(first.text);
            }
            ts.forEachChild(node, visit);
        };
        visit(source);
    }
    return [...found].sort();
}

test('every sentence of the sources is there in Chinese, with the same gaps, and no other', () => {
    const bundle = JSON.parse(read('l10n/bundle.l10n.zh-cn.json')) as Record<string, string>;
    assert.deepEqual(Object.keys(bundle).sort(), sentences());
    const gaps = (text: string): string[] => [...text.matchAll(/\{\d+\}/g)].map(([gap]) => gap).sort();
    for (const [sentence, translated] of Object.entries(bundle)) {
        assert.deepEqual(gaps(translated), gaps(sentence), sentence);
        assert.match(translated, /\p{Script=Han}/u);
    }
});

test('the extension has the version of the server', () => {
    const [, version] = /^__version__ = "([^"]+)"/m.exec(read(path.join('..', '..', 'server', 'dmls', '__init__.py'))) ?? [];
    assert.equal(manifest.version, version);
});
