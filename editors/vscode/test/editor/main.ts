/** What a user sees of a deployment with mistakes. */

import { actions, assert, at, completions, file, finding, findings, hoverText, open, rule, rules, runAll, running, set, speaks, test, until, vscode, CHINESE } from './harness';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import CHANGES from '../../../../tests/editors/changes.json';
import { ACTIONS } from '../../src/change';

test('the server starts by itself', async () => {
    await running();
});

test('a file that nobody opened is checked', async () => {
    await finding('dm-source1.yaml', 'wrong-type');
    assert.ok(vscode.workspace.textDocuments.every(({ uri }) => !uri.path.endsWith('dm-source1.yaml')));
});

test('findings of a TOML file come with the right rules, places and language', async () => {
    const { document } = await open('dm-master1.toml');
    assert.equal(document.languageId, 'toml');
    const found = await finding('dm-master1.toml', 'tls-unknown-key');
    assert.equal(document.getText(found.range), 'ssl_ca');
    assert.equal(found.severity, vscode.DiagnosticSeverity.Error);
    assert.equal(found.source, 'dmls');
    speaks(found.message);
    assert.equal(document.getText((await finding('dm-master1.toml', 'tls-allowed-cn-not-list')).range), '"dm"');
});

test('findings of a YAML file', async () => {
    const { document } = await open('dm-task.yaml');
    assert.equal(document.getText((await finding('dm-task.yaml', 'unknown-value')).range), '"pesimistic"');
    assert.equal(document.getText((await finding('dm-task.yaml', 'unknown-key')).range), 'block-alow-list');
    assert.equal(new Set(findings('dm-task.yaml').map((one) => `${rule(one)} ${one.range.start.line}`)).size, findings('dm-task.yaml').length, 'something is said twice');
});

test('a file that is not of DM is left alone', async () => {
    await open('notes.yaml');
    await finding('dm-task.yaml', 'unknown-key');
    assert.deepEqual(rules('notes.yaml'), []);
});

test('a document without a file is checked when it says what it is', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'yaml', content: '# dmls: kind=task\ntask-mode: "al"\n' });
    await vscode.window.showTextDocument(document, { preview: false });
    await until('findings', () => vscode.languages.getDiagnostics(document.uri).some((one) => rule(one) === 'unknown-value'));
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

test('the rule of a finding is a link to its explanation', async () => {
    const { code } = await finding('dm-task.yaml', 'unknown-value');
    assert.ok(typeof code === 'object');
    await vscode.commands.executeCommand('vscode.open', code.target);
    const { input } = await until('the explanation', () => {
        const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
        return tab?.label.includes('unknown-value') && tab;
    });
    assert.ok(input instanceof vscode.TabInputCustom, 'it is not shown as a preview');
    speaks((await vscode.workspace.openTextDocument(code.target)).getText());
});

test('a hover explains a key', async () => {
    const { document } = await open('dm-task.yaml');
    const text = await hoverText(document, at(document, 'task-mode'));
    assert.match(text, /task-mode|task/);
    speaks(text);
});

test('a hover shows the certificate behind a path', async () => {
    const { document } = await open('dm-worker1.toml');
    const text = await until('the certificate', async () => {
        const hover = await hoverText(document, at(document, 'dm-worker1.pem'));
        return /CN|127\.0\.0\.1/.test(hover) && hover;
    });
    speaks(text);
});

test('keys are completed, with their meaning in the right language', async () => {
    const { document } = await open('dm-task.yaml');
    const items = await completions(document, at(document, '\ntarget-database'));
    const item = items.find(({ label }) => (typeof label === 'string' ? label : label.label) === 'meta-schema');
    assert.ok(item, 'meta-schema is not offered');
    const words = item.documentation;
    speaks(typeof words === 'string' ? words : words?.value ?? '');
});

test('values are completed', async () => {
    const { document } = await open('dm-task.yaml');
    const labels = (await completions(document, at(document, 'pesimistic', 3))).map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('pessimistic') && labels.includes('optimistic'), labels.join());
});

test('a certificate is told of behind its path and above its block', async () => {
    const { document } = await open('dm-worker1.toml');
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    await until('hints', async () => {
        const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>('vscode.executeInlayHintProvider', document.uri, all);
        return hints.length > 0;
    });
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 20);
    assert.ok(lenses.length > 0);
});

test('a path leads to its file', async () => {
    const { document } = await open('dm-worker1.toml');
    const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>('vscode.executeDefinitionProvider', document.uri, at(document, 'dm-worker1.pem'));
    const [first] = found;
    assert.ok(first);
    assert.ok(('targetUri' in first ? first.targetUri : first.uri).path.endsWith('/dm-worker1.pem'));
});

test('the outline shows the keys', async () => {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', file('dm-task.yaml'));
    assert.ok(symbols.some(({ name }) => name === 'target-database'), symbols.map(({ name }) => name).join());
});

test('a quick fix repairs', async () => {
    const { document } = await open('dm-master1.toml');
    const found = await finding('dm-master1.toml', 'tls-unknown-key');
    const offered = await actions(document, found.range, vscode.CodeActionKind.QuickFix.value);
    const fix = offered.find(({ edit, isPreferred }) => edit !== undefined && isPreferred);
    assert.ok(fix?.edit, offered.map(({ title }) => title).join());
    speaks(fix.title);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /^ssl-ca = /m);
    await until('the finding to go', () => !rules('dm-master1.toml').includes('tls-unknown-key'));
});

test('fix all repairs what is certain', async () => {
    const { document } = await open('dm-task.yaml');
    await vscode.commands.executeCommand('dmls.fixAll');
    await until('the repairs', () => /"pessimistic"/.test(document.getText()) && /block-allow-list: "orders"/.test(document.getText()));
    await until('nothing to be left', () => rules('dm-task.yaml').length === 0);
});

test('fix all can run when a file is saved', async () => {
    const editor = vscode.workspace.getConfiguration('editor');
    await editor.update('codeActionsOnSave', { 'source.fixAll.dmls': 'explicit' }, vscode.ConfigurationTarget.Global);
    try {
        const { document } = await open('dm-source1.yaml');
        await finding('dm-source1.yaml', 'wrong-type');
        const edit = new vscode.WorkspaceEdit();
        edit.insert(document.uri, new vscode.Position(document.lineCount, 0), '# saved\n');
        await vscode.workspace.applyEdit(edit);
        await vscode.commands.executeCommand('workbench.action.files.save');
        await until('the port to be a number', () => /port: 3306/.test(document.getText()));
    } finally {
        await editor.update('codeActionsOnSave', undefined, vscode.ConfigurationTarget.Global);
    }
});

test('a certificate that is replaced on the disk is noticed', async () => {
    await open('dm-worker1.toml');
    assert.deepEqual(rules('dm-worker1.toml'), []);
    const own = await vscode.workspace.fs.readFile(file('tls/dm-worker1.pem'));
    await vscode.workspace.fs.copy(file('tls/dm-worker2.pem'), file('tls/dm-worker1.pem'), { overwrite: true });
    speaks((await finding('dm-worker1.toml', 'tls-key-mismatch')).message);
    await vscode.workspace.fs.writeFile(file('tls/dm-worker1.pem'), own);
    await until('the finding to go', () => !rules('dm-worker1.toml').includes('tls-key-mismatch'));
});

test('a certificate that is renamed is renamed in the configuration', async () => {
    const { document } = await open('dm-worker1.toml');
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(file('tls/dm-worker1.pem'), file('tls/worker-one.pem'));
    assert.ok(await vscode.workspace.applyEdit(edit));
    await until('the new name', () => document.getText().includes('/tls/worker-one.pem"'));
    await document.save();
    assert.deepEqual(rules('dm-worker1.toml'), []);
});

test('a line of the server goes into the clipboard', async () => {
    await vscode.commands.executeCommand('dmls.copy', 'openssl version');
    await until('the line', async () => (await vscode.env.clipboard.readText()) === 'openssl version');
});

test('a rule is explained in the right language', async () => {
    await vscode.commands.executeCommand('dmls.explainRule', 'tls-master-ca-only');
    await until('the explanation', () => vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes('tls-master-ca-only'));
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse('dmls:/tls-master-ca-only.md'));
    speaks(document.getText());
});

test('the workspace is checked on demand', async () => {
    const result = await vscode.commands.executeCommand<{ files: number; errors: number }>('dmls.checkWorkspace');
    assert.ok(result.files >= 4, JSON.stringify(result));
});

test('what DM works with is shown beside the file, and follows it', async () => {
    const { document } = await open('dm-worker1.toml');
    const text = await vscode.commands.executeCommand<string>('dmls.showEffective');
    speaks(text.split('\n')[0]!);
    const beside = await until('the document beside', () => vscode.window.visibleTextEditors.find((editor) => editor.document.uri.scheme === 'dmls-effective'));
    assert.equal(beside.viewColumn, vscode.ViewColumn.Two);
    assert.equal(beside.document.languageId, 'toml');
    assert.equal(beside.document.getText(), text);
    assert.match(text, /^keepalive-ttl = 60  # /m);
    assert.equal(vscode.window.activeTextEditor?.document, document);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'keepalive-ttl = 77\n');
    await vscode.workspace.applyEdit(edit);
    await until('what was typed', () => /^keepalive-ttl = 77  # dm-worker1.toml:1$/m.test(beside.document.getText()));
    await vscode.commands.executeCommand('undo');
    await until('that it is gone', () => !beside.document.getText().includes('77'));
    await vscode.commands.executeCommand('workbench.action.closeEditorsInOtherGroups');
});

test('the TLS map is shown', async () => {
    const page = await vscode.commands.executeCommand<string>('dmls.showMap');
    assert.match(page, /^<!DOCTYPE html>/);
    assert.match(page, /Content-Security-Policy" content="default-src 'none';/);
    speaks(/<h1>(.*?)<\/h1>/.exec(page)![1] + (/<header>(.*?)<\/header>/s.exec(page)![1] ?? ''));
    assert.ok(page.includes(`data-uri="${file('dm-worker1.toml').toString()}"`), 'no place can be opened');
    await until('the tab', () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ input, label }) => input instanceof vscode.TabInputWebview && label === (CHINESE ? 'TLS 连接图' : 'TLS Map'))));
    // The runner clicks in the page as soon as that is there; the line then opens beside it.
    await until('the line that decides', () => {
        console.log('CLICK g.line[data-line]');
        const editor = vscode.window.activeTextEditor;
        return editor?.viewColumn === vscode.ViewColumn.Two && editor.document.uri.scheme === 'file' && editor.selection.active.line > 0;
    });
    assert.match(vscode.window.activeTextEditor!.document.lineAt(vscode.window.activeTextEditor!.selection.active).text, /^\s*(ssl-|cert-allowed-cn|join|host|[\w-]+addr)/);
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup');
});

interface Changed {
    readonly markdown: string;
    readonly applied: boolean;
    readonly error?: string;
}

/**
 * Have an action done.  Where their annotation asks it to, the editor lists edits unchecked and waits: by the kind of edit, so that one check is for all
 * files.  A press that comes before the check, or before the edits are grouped, has the editor apply nothing or some of them, and is made again for the
 * rest.
 */
async function change(command: string, options: object, where: vscode.Uri, again = 9): Promise<Changed> {
    let done = false;
    const changed = vscode.commands.executeCommand<Changed>(command, { options, paths: [where.toString()], apply: true });
    void Promise.resolve(changed).finally(() => (done = true));
    await until('the edits to be confirmed', async () => {
        for (const press of ['refactorPreview.focus', 'refactorPreview.groupByType', 'list.focusFirst', 'refactorPreview.toggleCheckedState', 'refactorPreview.apply']) {
            await vscode.commands.executeCommand(press).then(undefined, () => undefined);
        }
        return done;
    });
    const result = await changed;
    return result.applied || again === 0 ? result : change(command, options, where, again - 1);
}

test('TLS is taken out of a file and put in again', async () => {
    const worker = file('dm-worker1.toml');
    const document = (await open('dm-worker1.toml')).document;
    const before = document.getText();
    const { fsPath } = file('.');
    const plan = await vscode.commands.executeCommand<{ markdown: string; applied: boolean }>('dmls.planTls', { options: {}, paths: [worker.toString()] });
    assert.equal(plan.applied, false);
    speaks(plan.markdown);
    assert.equal(document.getText(), before);
    await until('the page', () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.includes('tls-plan'))));
    const off = await change('dmls.disableTls', {}, worker);
    assert.deepEqual([off.error, off.applied], [undefined, true]);
    await until('the file without TLS', () => !document.getText().includes('ssl-ca'));
    speaks(off.markdown);
    const certs = /ssl-ca = "(.*)\/ca.pem"/.exec(before)![1]!;
    assert.ok(fsPath !== '' && certs !== '');
    const on = await change('dmls.enableTls', { certs }, worker);
    assert.deepEqual([on.error, on.applied], [undefined, true]);
    await until('the file with TLS', () => document.getText().includes(`ssl-ca = "${certs}/ca.pem"`));
    assert.match(on.markdown, /member update|dm-worker1/);
    await vscode.workspace.fs.writeFile(worker, Buffer.from(before));
    await open('dm-worker1.toml');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
});

interface Case {
    readonly action: string;
    readonly files: Readonly<Record<string, string>>;
    readonly options: object;
    readonly said: readonly string[];
    readonly before?: { readonly action: string; readonly options: object };
    readonly created?: Readonly<Record<string, string>>;
    readonly edited?: Readonly<Record<string, readonly [string, string]>>;
    readonly secret?: readonly string[];
}

for (const { action } of CHANGES) {
    test(`${action} does in a folder elsewhere what it is there for`, async () => {
        const folder = vscode.Uri.file(mkdtempSync(path.join(os.tmpdir(), 'dmls-change-')));
        try {
            const text = JSON.stringify(CHANGES.find((one) => one.action === action)).replaceAll('{folder}', folder.fsPath);
            const given = JSON.parse(text) as Case;
            const read = (name: string): string => readFileSync(path.join(folder.fsPath, name), 'utf8');
            const commandOf = (name: string): string => `dmls.${Object.entries(ACTIONS).find(([, one]) => one.name === name)![0]}`;
            for (const [name, content] of Object.entries(given.files)) {
                writeFileSync(path.join(folder.fsPath, name), content);
            }
            if (given.before) {
                const first = await change(commandOf(given.before.action), given.before.options, folder);
                assert.deepEqual([first.error, first.applied], [undefined, true]);
            }
            const done = await change(commandOf(action), given.options, folder);
            assert.deepEqual([done.error, done.applied], [undefined, true]);
            speaks(done.markdown);
            assert.deepEqual(given.said.filter((word) => !done.markdown.includes(word)), []);
            await until('the page', () => vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.includes(action.replace(' ', '-')))));
            for (const document of vscode.workspace.textDocuments.filter(({ uri }) => uri.fsPath.startsWith(folder.fsPath))) {
                await document.save();
            }
            for (const [name, [there, gone]] of Object.entries(given.edited ?? {})) {
                await until(`the edits of ${name}`, () => read(name).includes(there) && !read(name).includes(gone));
            }
            for (const [name, content] of Object.entries(given.created ?? {})) {
                assert.ok(read(name).includes(content), name);
            }
            for (const name of given.secret ?? []) {
                assert.equal(statSync(path.join(folder.fsPath, name)).mode & 0o777, 0o600, name);
                assert.ok(!done.markdown.includes(read(name).trim().split('\n').at(-1)!), name);
            }
        } finally {
            const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
            await vscode.window.tabGroups.close(tabs.filter(({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath.startsWith(folder.fsPath)));
            rmSync(folder.fsPath, { recursive: true, force: true });
        }
    });
}

test('the doctor tells what a bug report needs', async () => {
    await vscode.commands.executeCommand('dmls.doctor');
    const text = await until('the report', () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'dmls' && uri.path === '/dmls doctor')?.getText());
    assert.match(text, /pygls/);
    assert.match(text, /dm-task\.yaml/);
    speaks(text);
});

test('settings work at once', async () => {
    const document = (await open('dm-master1.toml')).document;
    await finding('dm-master1.toml', 'tls-allowed-cn-not-list');
    await set('rules', { 'tls-allowed-cn-not-list': 'off' });
    await until('the finding to go', () => !rules('dm-master1.toml').includes('tls-allowed-cn-not-list'));
    await set('rules', { 'tls-allowed-cn-not-list': 'hint' });
    assert.equal((await finding('dm-master1.toml', 'tls-allowed-cn-not-list')).severity, vscode.DiagnosticSeverity.Hint);
    await set('rules', undefined);
    await set('language', CHINESE ? 'en' : 'zh');
    await until('the other language', () => findings('dm-master1.toml').some(({ message }) => /\p{Script=Han}/u.test(message) !== CHINESE));
    await set('language', undefined);
    await until('the language of the editor', () => findings('dm-master1.toml').some(({ message }) => /\p{Script=Han}/u.test(message) === CHINESE));
    assert.ok(document.isDirty, 'the quick fix should not have been saved');
});

test('the server can be restarted', async () => {
    await vscode.commands.executeCommand('dmls.restart');
    await running();
    await finding('dm-master1.toml', 'tls-allowed-cn-not-list');
    const { document } = await open('dm-worker1.toml');
    speaks(await until('a hover', async () => (await hoverText(document, at(document, 'ssl-ca'))) || undefined));
});

export const run = runAll;
