/** What the suites share.  A suite runs in the extension host of a real editor; what it prints and whether it throws is what the runner sees. */

import * as assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension';

export { assert, vscode };

/** Whether the editor speaks Chinese. */
export const CHINESE = vscode.env.language.startsWith('zh');
const PATIENCE = 20_000;

type Test = readonly [name: string, body: () => Promise<void> | void];
const tests: Test[] = [];

export function test(name: string, body: () => Promise<void> | void): void {
    tests.push([name, body]);
}

/** Runs all tests; one that fails does not keep the later ones from running. */
export async function runAll(): Promise<void> {
    let failed = 0;
    for (const [name, body] of tests) {
        const begun = Date.now();
        try {
            await body();
            console.log(`ok    ${name} (${Date.now() - begun} ms)`);
        } catch (error) {
            failed++;
            console.log(`FAIL  ${name}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
        }
    }
    console.log(`#     ${tests.length - failed} of ${tests.length} passed, ${vscode.env.language}, VS Code ${vscode.version}`);
    if (failed > 0) {
        throw new Error(`${failed} failed`);
    }
}

/** Waits until `look` gives something, and gives that. */
export async function until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>, patience = PATIENCE): Promise<T> {
    const end = Date.now() + patience;
    for (;;) {
        const found = await look();
        if (found !== undefined && found !== false) {
            return found;
        }
        if (Date.now() > end) {
            throw new Error(`in vain waited for: ${what}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

export async function api(): Promise<Api> {
    const extension = vscode.extensions.getExtension<Api>('dmls.dmls');
    assert.ok(extension, 'the extension is not there');
    return extension.activate();
}

export async function running(): Promise<Api> {
    const found = await api();
    await until('the server to run', () => found.state() === 'running').catch((error: Error) => {
        throw new Error(`${error.message}; it is ${found.state()}`);
    });
    return found;
}

export function file(name: string): vscode.Uri {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder, 'no folder is open');
    return vscode.Uri.joinPath(folder.uri, name);
}

export async function open(name: string): Promise<vscode.TextEditor> {
    return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file(name)), { preview: false });
}

/** The rules that something was found by in a file, in order of place; only ours. */
export function rules(name: string): string[] {
    return findings(name).map(rule);
}

export function findings(name: string): vscode.Diagnostic[] {
    return vscode.languages
        .getDiagnostics(file(name))
        .filter(({ source }) => source === 'dmls')
        .sort((a, b) => a.range.start.compareTo(b.range.start));
}

export function rule({ code }: vscode.Diagnostic): string {
    return String(typeof code === 'object' ? code.value : code);
}

export async function finding(name: string, wanted: string): Promise<vscode.Diagnostic> {
    return until(`${wanted} in ${name}`, () => findings(name).find((one) => rule(one) === wanted));
}

/** The place where `text` stands in a document, `into` characters further. */
export function at(document: vscode.TextDocument, text: string, into = 0): vscode.Position {
    const offset = document.getText().indexOf(text);
    assert.ok(offset >= 0, `${text} is not in the document`);
    return document.positionAt(offset + into);
}

export async function hoverText(document: vscode.TextDocument, position: vscode.Position): Promise<string> {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, position);
    return hovers
        .flatMap(({ contents }) => contents)
        .map((content) => (typeof content === 'string' ? content : content.value))
        .join('\n');
}

export async function completions(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[]> {
    return (await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, position)).items;
}

export async function actions(document: vscode.TextDocument, range: vscode.Range, kind?: string): Promise<vscode.CodeAction[]> {
    return vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, range, kind, 50);
}

export function speaks(text: string): void {
    assert.equal(/\p{Script=Han}/u.test(text), CHINESE, `the language of: ${text}`);
}

export async function set(name: string, value: unknown): Promise<void> {
    await vscode.workspace.getConfiguration('dmls').update(name, value, vscode.ConfigurationTarget.Global);
}
