/** The first start on a machine without a server. */

import { api, finding, open, runAll, running, test, until, vscode } from './harness';

const DOWNLOADS = 240_000;

test('without a server nothing is installed until the user agrees', async () => {
    const { state } = await api();
    await until('the search to end', () => state() === 'absent');
    await open('dm-task.yaml');
});

test('the server is installed when the user agrees', async () => {
    const { state } = await api();
    await until(
        'the server to be installed',
        async () => {
            if (state() === 'absent') {
                await vscode.commands.executeCommand('notifications.focusToasts');
                await vscode.commands.executeCommand('notification.acceptPrimaryAction');
            }
            await new Promise((resolve) => setTimeout(resolve, 500));
            return state() === 'running';
        },
        DOWNLOADS,
    );
    await finding('dm-task.yaml', 'unknown-key');
});

test('it is found again', async () => {
    await vscode.commands.executeCommand('dmls.restart');
    await running();
    await finding('dm-task.yaml', 'unknown-key');
});

test('it can be installed anew', async () => {
    await vscode.commands.executeCommand('dmls.install');
    await running();
    await finding('dm-task.yaml', 'unknown-key');
});

export const run = runAll;
