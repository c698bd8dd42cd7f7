/** A workspace that the user does not trust: it is checked, and nothing in it is run or obeyed. */

import { existsSync } from 'node:fs';
import { assert, file, finding, open, runAll, running, test, vscode } from './harness';

test('the server runs, and not the one that the workspace names', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    await running();
    assert.ok(existsSync(file('dmls').fsPath), 'the bait is not there');
    assert.ok(!existsSync(file('bitten').fsPath), 'a program of the workspace was run');
});

test('settings of the workspace that name programs and folders do not count, others do', async () => {
    const { section } = await running();
    const { tls, kinds } = section() as { tls: { pathMap: object }; kinds: object };
    assert.deepEqual(tls.pathMap, {});
    assert.deepEqual(kinds, { 'notes.yaml': 'task' });
});

test('texts are checked', async () => {
    await open('dm-task.yaml');
    await finding('dm-task.yaml', 'unknown-key');
    await finding('notes.yaml', 'unknown-value');
});

test('nothing is installed', async () => {
    await vscode.commands.executeCommand('dmls.install');
    await running();
});

export const run = runAll;
