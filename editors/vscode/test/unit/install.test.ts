import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits, pythonIn, pythons, requirement, steps } from '../../src/server/install';

const source = { wheel: '/ext/wheels/dmls-0.1.0-py3-none-any.whl', from: '', isFolder: (file: string) => file === '/media/wheels' };

test('the shipped wheel is installed, its libraries from the index', () => {
    const all = steps(['python3'], '/storage/server', source, false);
    assert.deepEqual(
        all.map(({ what, command }) => [what, command]),
        [
            ['environment', 'python3'],
            ['packages', '/storage/server/bin/python'],
            ['check', '/storage/server/bin/python'],
        ],
    );
    assert.equal(all[1]?.args.at(-1), source.wheel);
    assert.ok(!all[1]?.args.includes('--no-index'));
});

test('a folder of wheels needs no network', () => {
    assert.deepEqual(requirement({ ...source, from: '/media/wheels' }), ['--no-index', '--find-links', '/media/wheels', source.wheel]);
    assert.deepEqual(requirement({ ...source, from: '/media/wheels', wheel: undefined }), ['--no-index', '--find-links', '/media/wheels', 'dmls']);
});

test('anything else is for pip', () => {
    assert.deepEqual(requirement({ ...source, from: ' dmls==0.2.0 ' }), ['dmls==0.2.0']);
    assert.deepEqual(requirement({ ...source, wheel: undefined }), ['dmls']);
});

test('Pythons', () => {
    assert.deepEqual(pythons('/env/python', false), [['/env/python'], ['python3'], ['python']]);
    assert.deepEqual(pythons(undefined, true), [['py', '-3'], ['python']]);
    assert.deepEqual(steps(['py', '-3'], 'C:\\s', source, true)[0]?.args, ['-3', '-m', 'venv', 'C:\\s']);
    assert.equal(pythonIn('C:\\s', true), 'C:\\s\\Scripts\\python.exe');
    assert.ok(fits('Python 3.10.0'));
    assert.ok(fits('Python 4.0\n'));
    assert.ok(!fits('Python 3.9.18'));
    assert.ok(!fits('Python 2.7.18'));
    assert.ok(!fits('Python was not found; run without arguments to install from the Microsoft Store'));
});
