import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand, locate, search, type World } from '../../src/server/locate';

/** A machine on which the files are programs that answer with a version, or with why they have none. */
function machine(programs: Record<string, string>, more: Partial<World> = {}): World & { asked: string[] } {
    const asked: string[] = [];
    return {
        asked,
        windows: false,
        env: { PATH: '/usr/local/bin:/usr/bin' },
        home: '/home/me',
        folders: ['/deployment'],
        trusted: true,
        isFile: (file) => file in programs,
        selectedPython: async () => undefined,
        managedPython: () => undefined,
        async version(command, args) {
            const line = [command, ...args].join(' ');
            asked.push(line);
            const answer = programs[line] ?? programs[command] ?? 'no such program';
            return /^\d/.test(answer) ? { version: answer } : { failure: answer };
        },
        ...more,
    };
}

const NOTHING = { path: '', interpreter: '' };

test('PATH comes before the selected Python, and that before what was installed', async () => {
    const everywhere = machine(
        { '/usr/bin/dmls': '0.1.0', '/env/python': '0.2.0', '/managed/python': '0.3.0' },
        { selectedPython: async () => '/env/python', managedPython: () => '/managed/python' },
    );
    assert.deepEqual((await locate(NOTHING, everywhere)).found, { origin: 'search-path', command: '/usr/bin/dmls', args: [], version: '0.1.0' });
    assert.deepEqual(everywhere.asked, ['/usr/bin/dmls']);
    const withoutPath = { ...everywhere, env: {} };
    assert.equal((await locate(NOTHING, withoutPath)).found?.origin, 'selected-python');
    assert.equal((await locate(NOTHING, { ...withoutPath, selectedPython: async () => undefined })).found?.origin, 'managed');
});

test('what does not work is passed over, and told', async () => {
    const world = machine(
        { '/usr/bin/dmls': '0.0.1', '/env/python': 'No module named dmls', '/managed/python': '0.1.0' },
        { selectedPython: async () => '/env/python', managedPython: () => '/managed/python' },
    );
    const { found, rejected } = await locate(NOTHING, world);
    assert.equal(found?.origin, 'managed');
    assert.deepEqual(found.args, ['-m', 'dmls']);
    assert.deepEqual(
        rejected.map(({ origin, reason, detail }) => [origin, reason, detail]),
        [
            ['search-path', 'old', undefined],
            ['selected-python', 'broken', 'No module named dmls'],
        ],
    );
});

test('a server that a setting names is the only one that counts', async () => {
    const world = machine({ '/usr/bin/dmls': '0.1.0', '/opt/dmls': '0.2.0', '/opt/python': '0.2.0' });
    assert.equal((await locate({ path: '/opt/dmls', interpreter: '/opt/python' }, world)).found?.command, '/opt/dmls');
    assert.deepEqual((await locate({ path: '', interpreter: '/opt/python' }, world)).found?.args, ['-m', 'dmls']);
    const { found, rejected } = await locate({ path: '/opt/nothing', interpreter: '' }, world);
    assert.equal(found, undefined);
    assert.deepEqual(rejected.map(({ reason }) => reason), ['absent']);
    assert.equal((await locate({ path: 'dmls', interpreter: '' }, world)).found?.command, '/usr/bin/dmls');
});

test('nothing of an untrusted workspace is run', async () => {
    const world = machine(
        { '/deployment/.venv/bin/dmls': '0.1.0', '/deployment/.venv/bin/python': '0.1.0' },
        { trusted: false, env: { PATH: '/deployment/.venv/bin:/usr/bin' }, selectedPython: async () => '/deployment/.venv/bin/python' },
    );
    assert.equal((await locate(NOTHING, world)).found, undefined);
    assert.deepEqual(world.asked, []);
    assert.equal((await locate(NOTHING, { ...world, trusted: true })).found?.command, '/deployment/.venv/bin/dmls');
});

test('the current folder is no place to look for programs', () => {
    const world = machine({ dmls: '0.1.0', '/dmls': '0.1.0' }, { env: { PATH: ':.:bin:' } });
    assert.equal(search('dmls', world), undefined);
});

test('Windows has other names and another PATH', () => {
    const world = machine({ 'C:\\tools\\dmls.exe': '0.1.0' }, { windows: true, env: { Path: 'C:\\Windows;"C:\\tools"' } });
    assert.equal(search('dmls', world), 'C:\\tools\\dmls.exe');
    assert.equal(search('dmls.exe', world), 'C:\\tools\\dmls.exe');
    assert.equal(search('dmls', { ...world, trusted: false, folders: ['c:\\Tools'] }), undefined);
});

test('variables are replaced', () => {
    const world = { env: { VENV: '/venv' }, home: '/home/$me', folders: ['/deployment'] };
    assert.equal(expand('~/bin/dmls', world), '/home/$me/bin/dmls');
    assert.equal(expand('${userHome}/dmls', world), '/home/$me/dmls');
    assert.equal(expand('${workspaceFolder}/.venv/bin/dmls', world), '/deployment/.venv/bin/dmls');
    assert.equal(expand('${env:VENV}/bin/dmls${env:NONE}', world), '/venv/bin/dmls');
    assert.equal(expand('${workspaceFolder}/x', { ...world, folders: [] }), '${workspaceFolder}/x');
    assert.equal(expand('a~b', world), 'a~b');
});
